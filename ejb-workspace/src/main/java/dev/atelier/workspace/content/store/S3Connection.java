// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import dev.atelier.workspace.content.NativeCryptography;
import dev.atelier.workspace.content.store.ContentStoreSettings.Bucket;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** The clients of one bucket. */
final class S3Connection implements AutoCloseable {
  /** Services may put an object's parts together before they answer. */
  private static final int COMPLETION = 20;

  private final Bucket bucket;
  private final S3Faults faults;
  private final AwsCredentialsProvider credentials;
  private final Optional<RequestSigner> signer;
  private final S3Client client;
  private final S3Client patient;

  S3Connection(Bucket bucket) {
    this(bucket, Optional.empty());
  }

  /** {@code signer}: of those that have the credentials; empty: they are here. */
  S3Connection(Bucket bucket, Optional<RequestSigner> signer) {
    this.bucket = bucket;
    this.signer = signer;
    this.faults =
        new S3Faults(
            "content store s3://"
                + bucket.name()
                + "/"
                + bucket.prefix()
                + bucket.endpoint().map(url -> " at " + url).orElse(""));
    // What is signed elsewhere needs an identity all the same, though none that anybody knows.
    this.credentials =
        signer.isPresent()
            ? StaticCredentialsProvider.create(AwsBasicCredentials.create("signed", "elsewhere"))
            : credentials(bucket);
    NativeCryptography.useForTls();
    this.client = client(bucket.timeout());
    this.patient = client(bucket.timeout().multipliedBy(COMPLETION));
  }

  private S3Client client(Duration timeout) {
    S3ClientBuilder builder =
        S3Client.builder()
            .credentialsProvider(credentials)
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(bucket.connectTimeout())
                    .socketTimeout(timeout))
            .forcePathStyle(bucket.pathStyle())
            // Uploads carry their own checksums; nothing else needs one, and some services know
            // none.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(s -> s.chunkedEncodingEnabled(false).expectContinueEnabled(false))
            .overrideConfiguration(
                o ->
                    o.apiCallAttemptTimeout(timeout)
                        .retryStrategy(
                            AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(bucket.attempts())
                                .build()));
    bucket.endpoint().ifPresent(builder::endpointOverride);
    signer.ifPresent(one -> builder.putAuthScheme(new ForeignSignatures(one)));
    return builder.region(region(bucket)).build();
  }

  /** Its credentials, or those of the AWS chain; to be closed where that can be. */
  static AwsCredentialsProvider credentials(Bucket bucket) {
    return bucket
        .credentials()
        .<AwsCredentialsProvider>map(
            c ->
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(c.accessKey(), c.secretKey())))
        .orElseGet(() -> DefaultCredentialsProvider.builder().build());
  }

  /**
   * Its region, or that of the AWS chain.
   *
   * @throws IllegalArgumentException nothing tells it
   */
  static Region region(Bucket bucket) {
    if (!bucket.region().isEmpty()) {
      return Region.of(bucket.region());
    }
    if (bucket.endpoint().isPresent()) {
      return Region.US_EAST_1;
    }
    try {
      return DefaultAwsRegionProviderChain.builder().build().getRegion();
    } catch (SdkClientException e) {
      throw new IllegalArgumentException(
          "atelier.content.store.region must be set, since nothing else tells the region", e);
    }
  }

  Bucket bucket() {
    return bucket;
  }

  S3Faults faults() {
    return faults;
  }

  S3Client client() {
    return client;
  }

  /** For what takes a service longer than a request. */
  S3Client patient() {
    return patient;
  }

  /** Does nothing when there is no such upload. */
  void abort(String key, String uploadId) {
    try {
      client.abortMultipartUpload(r -> r.bucket(bucket.name()).key(key).uploadId(uploadId));
    } catch (AwsServiceException e) {
      if (!S3Faults.code(e).equals("NoSuchUpload")) {
        throw e;
      }
    }
  }

  @Override
  public void close() {
    client.close();
    patient.close();
    if (credentials instanceof SdkAutoCloseable closeable) {
      closeable.close();
    }
  }
}
