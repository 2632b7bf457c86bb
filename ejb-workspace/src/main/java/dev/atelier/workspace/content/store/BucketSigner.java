// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import dev.atelier.workspace.content.store.ContentStoreFault.Kind;
import dev.atelier.workspace.content.store.ContentStoreSettings.Bucket;
import dev.atelier.workspace.content.store.Grant.Act;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.S3Utilities;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Signs requests of others with a bucket's credentials, where they do what was granted and nothing
 * else. A signature is good for that very request, and by the rules of S3 for 15 minutes.
 */
public final class BucketSigner implements AutoCloseable {
  /** What may change how an object is written, and never whose it is or where it comes from. */
  private static final Set<String> HEADERS =
      Set.of(
          "content-type",
          "content-md5",
          "x-amz-checksum-crc32",
          "x-amz-checksum-algorithm",
          "x-amz-checksum-type",
          "x-amz-sdk-checksum-algorithm",
          "x-amz-meta-" + S3Upload.MARK);

  private final Bucket bucket;
  private final Region region;
  private final AwsCredentialsProvider credentials;
  private final URI base;
  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

  /**
   * Of one bucket; nothing is asked of it.
   *
   * @throws IllegalArgumentException the region is not known
   */
  public BucketSigner(Bucket bucket) {
    this.bucket = bucket;
    this.region = S3Connection.region(bucket);
    this.credentials = S3Connection.credentials(bucket);
    S3Utilities.Builder urls =
        S3Utilities.builder()
            .region(region)
            .s3Configuration(
                S3Configuration.builder().pathStyleAccessEnabled(bucket.pathStyle()).build());
    bucket.endpoint().ifPresent(urls::endpoint);
    String one = urls.build().getUrl(r -> r.bucket(bucket.name()).key("x")).toString();
    this.base = URI.create(one.substring(0, one.length() - 1));
  }

  /**
   * The headers that such a request needs.
   *
   * @throws ContentStoreFault REFUSED: it does anything that is not granted; UNAVAILABLE: there are
   *     no credentials just now
   */
  public Map<String, String> sign(StoreRequest request, Grant grant) throws ContentStoreFault {
    if (!HEADERS.containsAll(request.headers().keySet()) || !granted(request, grant)) {
      throw new ContentStoreFault(
          Kind.REFUSED, "this request is not granted: " + request.method() + " of its path", null);
    }
    try {
      return signed(request);
    } catch (SdkException e) {
      throw new ContentStoreFault(
          Kind.UNAVAILABLE, "the manager has no credentials of the content store just now", e);
    }
  }

  private boolean granted(StoreRequest request, Grant grant) {
    Set<String> query = request.query().keySet();
    if (request.path().equals(base.getRawPath())
        || (request.path() + "/").equals(base.getRawPath())) {
      return request.method().equals("GET") && lists(request, grant);
    }
    String beginning = base.getRawPath() + bucket.prefix();
    if (!request.path().startsWith(beginning)) {
      return false;
    }
    String name = request.path().substring(beginning.length());
    // Nothing in a name is written in two ways, so what is compared is what the service reads.
    return ObjectNames.valid(name)
        && switch (request.method()) {
          case "GET", "HEAD" -> query.isEmpty() && grant.covers(Act.READ, name);
          case "PUT" ->
              (query.isEmpty() || query.equals(Set.of("partNumber", "uploadId")))
                  && grant.covers(Act.WRITE, name);
          case "POST" ->
              (query.equals(Set.of("uploads")) || query.equals(Set.of("uploadId")))
                  && grant.covers(Act.WRITE, name);
          case "DELETE" ->
              query.isEmpty()
                  ? grant.covers(Act.DELETE, name)
                  : query.equals(Set.of("uploadId")) && grant.covers(Act.WRITE, name);
          default -> false;
        };
  }

  private boolean lists(StoreRequest request, Grant grant) {
    String prefix = request.query().getOrDefault("prefix", "");
    return Set.of("list-type", "prefix", "continuation-token", "encoding-type")
            .containsAll(request.query().keySet())
        && "2".equals(request.query().get("list-type"))
        && prefix.startsWith(bucket.prefix())
        && grant.covers(Act.LIST, prefix.substring(bucket.prefix().length()));
  }

  private Map<String, String> signed(StoreRequest request) {
    SdkHttpFullRequest.Builder whole =
        SdkHttpFullRequest.builder()
            .method(SdkHttpMethod.fromValue(request.method()))
            // The scheme is in no signature; of https the body is in none either: it never comes
            // here.
            .protocol("https")
            .host(base.getHost())
            .port(port())
            .encodedPath(request.path());
    request.query().forEach(whole::putRawQueryParameter);
    request.headers().forEach(whole::putHeader);
    AwsCredentialsIdentity identity = credentials.resolveIdentity().join();
    SdkHttpRequest signed =
        signer
            .sign(
                r ->
                    r.identity(identity)
                        .request(whole.build())
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region.id())
                        .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, false)
                        .putProperty(AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED, false)
                        .putProperty(AwsV4FamilyHttpSigner.CHUNK_ENCODING_ENABLED, false))
            .request();
    Map<String, String> headers = new TreeMap<>();
    signed.forEachHeader(
        (name, values) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          if (lower.equals("authorization")
              || (lower.startsWith("x-amz-") && !request.headers().containsKey(lower))) {
            headers.put(lower, values.get(0));
          }
        });
    return headers;
  }

  /** As it stands in the header that names the host: none where it is the scheme's own. */
  private int port() {
    boolean own =
        base.getPort() < 0 || base.getPort() == (base.getScheme().equals("http") ? 80 : 443);
    return own ? 443 : base.getPort();
  }

  @Override
  public void close() {
    if (credentials instanceof SdkAutoCloseable closeable) {
      closeable.close();
    }
  }
}
