// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.regex.Pattern;

/**
 * Where content is kept ({@code atelier.content.store.*}).
 *
 * @param folder absolute; not used when there is a bucket
 * @param bucket of an S3-compatible service; empty: the folder
 * @param served whether another process has the folder, and {@code folder} is the socket at which
 *     it serves what is granted; not with a bucket
 */
public record ContentStoreSettings(Path folder, Optional<Bucket> bucket, boolean served) {
  /** In a folder of its own, or a bucket. */
  public ContentStoreSettings(Path folder, Optional<Bucket> bucket) {
    this(folder, bucket, false);
  }

  /**
   * A bucket.
   *
   * @param name of the bucket
   * @param prefix before the keys of all objects; empty or ending with a slash, 256 characters at
   *     most
   * @param endpoint http or https URL of the service; empty: AWS
   * @param region empty: the AWS chain's (environment, profile, instance), or {@code us-east-1}
   *     where there is an endpoint
   * @param pathStyle whether the bucket stands in the path instead of the host name
   * @param credentials empty: the AWS chain's
   * @param checksums whether parts carry a CRC-32 for the service to check
   * @param partSize bytes of a part, from 5 MiB to 1 GiB; doubled after every 1,000 parts of an
   *     object. Objects up to this size are sent in one request
   * @param parallel parts of one object that are sent side by side, 1 to 16; with the one that is
   *     being filled this bounds the memory of an upload
   * @param attempts at each request, 1 to 20
   * @param connectTimeout longest wait for a connection; positive
   * @param timeout longest time of one attempt at a request, where a part counts for its own size
   *     over {@code partSize}, and of silence while reading; positive
   */
  public record Bucket(
      String name,
      String prefix,
      Optional<URI> endpoint,
      String region,
      boolean pathStyle,
      Optional<Credentials> credentials,
      boolean checksums,
      int partSize,
      int parallel,
      int attempts,
      Duration connectTimeout,
      Duration timeout) {
    /** Parts of one object at the same time. */
    public static final int MOST_PARALLEL = 16;

    /** At one request. */
    public static final int MOST_ATTEMPTS = 20;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{1,254}");
    private static final Pattern PREFIX =
        Pattern.compile("(?!.*(?:^|/)\\.{0,2}/)[A-Za-z0-9._/-]{0,255}/|");
    private static final int SMALLEST_PART = 5 << 20;
    private static final int LARGEST_PART = 1 << 30;

    /** Of AWS, with its chain of credentials. */
    public static Bucket of(String name) {
      return new Bucket(
          name,
          "",
          Optional.empty(),
          "",
          false,
          Optional.empty(),
          true,
          8 << 20,
          3,
          5,
          Duration.ofSeconds(10),
          Duration.ofMinutes(1));
    }

    /**
     * Refuses what makes no sense.
     *
     * @throws IllegalArgumentException with the first thing that is wrong
     */
    public Bucket {
      require(isName(name), "bucket");
      require(isPrefix(prefix), "prefix");
      require(endpoint.isEmpty() || isEndpoint(endpoint.get()), "endpoint");
      require(isPartSize(partSize), "part-size");
      require(parallel >= 1 && parallel <= MOST_PARALLEL, "parallel");
      require(attempts >= 1 && attempts <= MOST_ATTEMPTS, "attempts");
      require(!connectTimeout.isNegative() && !connectTimeout.isZero(), "connect-timeout");
      require(!timeout.isNegative() && !timeout.isZero(), "timeout");
    }

    /** The same for who has no credentials, nor anything else that would tell the region. */
    Bucket withoutCredentials() {
      return new Bucket(
          name,
          prefix,
          endpoint,
          S3Connection.region(this).id(),
          pathStyle,
          Optional.empty(),
          checksums,
          partSize,
          parallel,
          attempts,
          connectTimeout,
          timeout);
    }

    /** Whether it can be a bucket's name. */
    public static boolean isName(String name) {
      return NAME.matcher(name).matches();
    }

    /** Whether it can be a prefix. */
    public static boolean isPrefix(String prefix) {
      return PREFIX.matcher(prefix).matches();
    }

    /** Whether it can be an endpoint: no user, query or fragment. */
    public static boolean isEndpoint(URI url) {
      return ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
          && url.getHost() != null
          && url.getUserInfo() == null
          && url.getQuery() == null
          && url.getFragment() == null;
    }

    /** Whether it can be the size of a part. */
    public static boolean isPartSize(long size) {
      return size >= SMALLEST_PART && size <= LARGEST_PART;
    }

    private static void require(boolean good, String key) {
      if (!good) {
        throw new IllegalArgumentException("atelier.content.store." + key + " is out of bounds");
      }
    }
  }

  /**
   * Credentials that were configured, instead of those of the AWS chain.
   *
   * @param accessKey its id
   * @param secretKey never shown
   */
  public record Credentials(String accessKey, String secretKey) {
    @Override
    public String toString() {
      return "Credentials[" + accessKey + "]";
    }
  }

  /** In a folder. */
  public static ContentStoreSettings in(Path folder) {
    return new ContentStoreSettings(folder, Optional.empty());
  }

  /** In a folder that another process has, which serves it at this socket. */
  public static ContentStoreSettings servedAt(Path socket) {
    return new ContentStoreSettings(socket, Optional.empty(), true);
  }

  /**
   * The same for those who have no credentials, and their requests signed by who has.
   *
   * @throws IllegalArgumentException the region of a bucket is not known
   */
  public ContentStoreSettings withoutCredentials() {
    return new ContentStoreSettings(folder, bucket.map(Bucket::withoutCredentials), served);
  }

  /**
   * The store of who has no credentials.
   *
   * @param signer of the requests to a bucket
   * @throws ContentStoreFault the folder cannot be made
   */
  public ContentStore open(InstantSource clock, ThreadFactory threads, RequestSigner signer)
      throws IOException {
    return bucket.isPresent()
        ? new S3ContentStore(bucket.get(), clock, threads, Optional.of(signer))
        : open(clock, threads);
  }

  /**
   * The store. Nothing is asked of a bucket yet.
   *
   * @param threads makes those that send parts; they end with their upload
   * @throws ContentStoreFault the folder cannot be made
   * @throws IllegalArgumentException the region of a bucket is not known
   */
  public ContentStore open(InstantSource clock, ThreadFactory threads) throws IOException {
    if (bucket.isPresent()) {
      return new S3ContentStore(bucket.get(), clock, threads);
    }
    return served ? new ServedContentStore(folder) : new FolderContentStore(folder, clock);
  }
}
