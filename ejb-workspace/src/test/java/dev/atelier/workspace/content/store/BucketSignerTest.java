// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.store.ContentStoreSettings.Bucket;
import dev.atelier.workspace.content.store.ContentStoreSettings.Credentials;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BucketSignerTest {
  private static final Pattern REQUEST = Pattern.compile("(\\S+) ([^?]+)(?:\\?(.*))?");

  /** Whatever is done with names that begin so. */
  private static final Grant MINE = (act, name) -> name.startsWith("mine/");

  private static Bucket bucket(Optional<String> endpoint, boolean pathStyle, String prefix) {
    return new Bucket(
        "kept",
        prefix,
        endpoint.map(URI::create),
        endpoint.isPresent() ? "" : "eu-west-1",
        pathStyle,
        Optional.of(new Credentials("id", "never-told")),
        true,
        5 << 20,
        2,
        3,
        Duration.ofSeconds(2),
        Duration.ofSeconds(2));
  }

  private static BucketSigner signer() {
    return new BucketSigner(bucket(Optional.of("http://127.0.0.1:7070"), true, "p/"));
  }

  private static StoreRequest request(String text, Map<String, String> headers) {
    Matcher parts = REQUEST.matcher(text);
    assertThat(parts.matches()).isTrue();
    Map<String, String> query =
        parts.group(3) == null ? Map.of() : StoreRequest.values(parts.group(3));
    return new StoreRequest(parts.group(1), parts.group(2), query, headers);
  }

  private static void refused(BucketSigner signer, StoreRequest request, Grant grant) {
    assertThatThrownBy(() -> signer.sign(request, grant))
        .isInstanceOfSatisfying(
            ContentStoreFault.class,
            fault -> assertThat(fault.kind()).isEqualTo(ContentStoreFault.Kind.REFUSED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /kept/p/mine/a",
        "HEAD /kept/p/mine/a",
        "PUT /kept/p/mine/a",
        "PUT /kept/p/mine/a?partNumber=1&uploadId=u",
        "POST /kept/p/mine/a?uploads=",
        "POST /kept/p/mine/a?uploadId=u",
        "DELETE /kept/p/mine/a",
        "DELETE /kept/p/mine/a?uploadId=u",
        "GET /kept?list-type=2&prefix=p/mine/",
        "GET /kept/?list-type=2&prefix=p/mine/a&continuation-token=t&encoding-type=url",
      })
  void whatIsGrantedIsSigned(String text) throws Exception {
    try (BucketSigner signer = signer()) {
      Map<String, String> headers = signer.sign(request(text, Map.of()), MINE);
      assertThat(headers)
          .containsOnlyKeys("authorization", "x-amz-date", "x-amz-content-sha256")
          .containsEntry("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
      assertThat(headers.get("authorization"))
          .startsWith("AWS4-HMAC-SHA256 Credential=id/")
          .contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date,")
          .doesNotContain("never-told");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Other names, other buckets, and names that others would read in another way.
        "GET /kept/p/yours/a",
        "PUT /kept/p/yours/a",
        "DELETE /kept/p/yours/a",
        "GET /kept/mine/a",
        "GET /kept/q/mine/a",
        "GET /other/p/mine/a",
        "GET /keptp/mine/a",
        "GET /p/mine/a",
        "GET /kept/p/mine/../yours/a",
        "GET /kept/p/mine/./a",
        "GET /kept/p/mine//a",
        "GET /kept/p/mine/%2e%2e/yours/a",
        "GET /kept/p/mine/a%20b",
        "GET //kept/p/mine/a",
        // Other things to do with one's own.
        "GET /kept/p/mine/a?acl=",
        "PUT /kept/p/mine/a?acl=",
        "GET /kept/p/mine/a?versionId=1",
        "PUT /kept/p/mine/a?partNumber=1",
        "PUT /kept/p/mine/a?tagging=",
        "POST /kept/p/mine/a",
        "POST /kept/p/mine/a?restore=",
        "DELETE /kept/p/mine/a?versionId=1",
        "PATCH /kept/p/mine/a",
        // The bucket, and more of its names.
        "GET /kept",
        "GET /kept?list-type=2",
        "GET /kept?list-type=2&prefix=",
        "GET /kept?list-type=2&prefix=p/",
        "GET /kept?list-type=2&prefix=p/yours/",
        "GET /kept?list-type=2&prefix=mine/",
        "GET /kept?prefix=p/mine/",
        "GET /kept?list-type=2&prefix=p/mine/&delimiter=/",
        "GET /kept?uploads=&prefix=p/mine/",
        "GET /kept?policy=",
        "PUT /kept",
        "DELETE /kept",
        "POST /kept?delete=",
        "GET /",
      })
  void everythingElseIsRefused(String text) {
    try (BucketSigner signer = signer()) {
      refused(signer, request(text, Map.of()), MINE);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-amz-copy-source",
        "x-amz-acl",
        "x-amz-grant-read",
        "x-amz-tagging",
        "x-amz-website-redirect-location",
        "x-amz-security-token",
        "x-amz-meta-other",
        "host"
      })
  void headersThatMeanMoreThanBytesAreRefused(String header) {
    try (BucketSigner signer = signer()) {
      refused(signer, request("PUT /kept/p/mine/a", Map.of(header, "/kept/p/yours/a")), MINE);
    }
  }

  @Test
  void headersThatSayHowBytesAreWrittenAreSigned() throws Exception {
    try (BucketSigner signer = signer()) {
      Map<String, String> headers =
          signer.sign(
              request(
                  "PUT /kept/p/mine/a",
                  Map.of("x-amz-checksum-crc32", "AAAAAA==", "content-type", "text/plain")),
              MINE);
      assertThat(headers.get("authorization"))
          .contains(
              "SignedHeaders=content-type;host;x-amz-checksum-crc32;x-amz-content-sha256;"
                  + "x-amz-date,");
    }
  }

  @ParameterizedTest
  @CsvSource({"true, /kept/p/mine/a", "false, /p/mine/a"})
  void theBucketStandsInThePathOrInTheHost(boolean pathStyle, String path) throws Exception {
    for (Optional<String> endpoint :
        List.of(Optional.of("https://s3.example.org"), Optional.<String>empty())) {
      try (BucketSigner signer = new BucketSigner(bucket(endpoint, pathStyle, "p/"))) {
        assertThat(signer.sign(request("GET " + path, Map.of()), MINE)).isNotEmpty();
        String other = pathStyle ? "/p/mine/a" : "/kept/p/mine/a";
        refused(signer, request("GET " + other, Map.of()), MINE);
      }
    }
  }

  @Test
  void aRequestComesBackAsItWas() {
    StoreRequest request =
        new StoreRequest(
            "PUT",
            "/kept/ä b?&=",
            Map.of("uploadId", "a b&c=d\n", "partNumber", "1", "uploads", ""),
            Map.of("x-amz-meta-upload", "+ é"));
    assertThat(request.text()).doesNotContain("\n");
    assertThat(StoreRequest.parse(request.text())).isEqualTo(request);
    for (String bad : new String[] {"", "GET", "GET / a", "GET / a=1&a=2 ", "GET / %zz=1 "}) {
      assertThatThrownBy(() -> StoreRequest.parse(bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
