// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import dev.atelier.workspace.content.store.ContentStoreSettings.Bucket;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Objects of a bucket: small ones by one request, larger ones in parts that are sent as they come.
 */
public final class S3ContentStore implements ContentStore {
  private static final Logger LOG = System.getLogger(S3ContentStore.class.getName());

  /** No upload takes that long. */
  private static final Duration ABANDONED = Duration.ofDays(1);

  /** The tilde is in no name, so that a probe is never an object. */
  private static final String PROBE = "~probe-";

  private final Bucket bucket;
  private final boolean signed;
  private final S3Connection connection;
  private final S3Faults faults;
  private final InstantSource clock;
  private final ThreadFactory threads;

  /**
   * A store in this bucket; nothing is asked of it yet.
   *
   * @param threads makes those that send parts; they end with their upload
   * @throws IllegalArgumentException the region is not known
   */
  public S3ContentStore(Bucket bucket, InstantSource clock, ThreadFactory threads) {
    this(bucket, clock, threads, Optional.empty());
  }

  /** The same, where the requests are signed by others. */
  S3ContentStore(
      Bucket bucket, InstantSource clock, ThreadFactory threads, Optional<RequestSigner> signer) {
    this.bucket = bucket;
    this.clock = clock;
    this.threads = threads;
    this.signed = signer.isPresent();
    this.connection = new S3Connection(bucket, signer);
    this.faults = connection.faults();
  }

  @Override
  public Upload begin(String name) {
    return new S3Upload(connection, bucket.prefix() + ObjectNames.name(name), threads);
  }

  @Override
  public InputStream read(String name) throws IOException {
    return new S3InputStream(connection, name, bucket.prefix() + ObjectNames.name(name));
  }

  @Override
  public void list(String prefix, Visitor visitor) throws IOException {
    int cut = bucket.prefix().length();
    String beginning = bucket.prefix() + ObjectNames.prefix(prefix);
    try {
      for (S3Object object :
          connection
              .client()
              .listObjectsV2Paginator(r -> r.bucket(bucket.name()).prefix(beginning))
              .contents()) {
        String name = object.key().substring(cut);
        if (ObjectNames.valid(name)) {
          visitor.visit(new StoredObject(name, object.size(), object.lastModified()));
        }
      }
    } catch (SdkException e) {
      throw faults.of("be listed", e);
    }
  }

  @Override
  public void delete(String name) throws IOException {
    remove(bucket.prefix() + ObjectNames.name(name));
  }

  private void remove(String key) throws IOException {
    try {
      connection.client().deleteObject(r -> r.bucket(bucket.name()).key(key));
    } catch (AwsServiceException e) {
      // Some services say so instead of doing nothing.
      if (!S3Faults.code(e).equals("NoSuchKey")) {
        throw faults.of("be removed from", e);
      }
    } catch (SdkException e) {
      throw faults.of("be removed from", e);
    }
  }

  @Override
  public void check() throws IOException {
    String name = PROBE + UUID.randomUUID();
    String key = bucket.prefix() + name;
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    try (Upload upload = new S3Upload(connection, key, threads)) {
      upload.stream().write(bytes);
      upload.commit();
    }
    try (InputStream probe = new S3InputStream(connection, name, key)) {
      if (!Arrays.equals(probe.readAllBytes(), bytes)) {
        throw faults.unavailable("be used", "what was read is not what was written", null);
      }
    } finally {
      remove(key);
    }
  }

  @Override
  public void sweep() throws IOException {
    if (signed) {
      // Of the uploads of others nothing is known here; those who have the credentials sweep.
      return;
    }
    Instant before = clock.instant().minus(ABANDONED);
    try {
      for (MultipartUpload upload :
          connection
              .client()
              .listMultipartUploadsPaginator(r -> r.bucket(bucket.name()).prefix(bucket.prefix()))
              .uploads()) {
        if (upload.initiated().isBefore(before)) {
          connection.abort(upload.key(), upload.uploadId());
          LOG.log(Level.INFO, "removed what was left of an upload to " + upload.key());
        }
      }
    } catch (SdkException e) {
      throw faults.of("be swept", e);
    }
  }

  @Override
  public void close() {
    connection.close();
  }
}
