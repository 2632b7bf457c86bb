// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.store.ContentStoreFault.Kind;
import dev.atelier.workspace.content.store.ContentStoreSettings.Bucket;
import dev.atelier.workspace.content.store.ContentStoreSettings.Credentials;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that has no credentials does all that one does that has them. */
class SignedContentStoreIT implements ContentStoreContract {
  private static final String BUCKET = "kept";

  @TempDir static Path folder;
  private static Versitygw server;

  private final String prefix = UUID.randomUUID() + "/";
  private BucketSigner signer;
  private ContentStore store;

  @BeforeAll
  static void start() throws IOException {
    Optional<Path> program = Versitygw.program();
    Assumptions.assumeTrue(program.isPresent());
    server = Versitygw.start(program.get(), folder, BUCKET);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void open() throws IOException {
    signer = new BucketSigner(bucket());
    store = store((act, name) -> true);
  }

  @AfterEach
  void close() {
    store.close();
    signer.close();
  }

  private Bucket bucket() {
    return new Bucket(
        BUCKET,
        prefix,
        Optional.of(server.endpoint()),
        "",
        true,
        Optional.of(new Credentials(Versitygw.ACCESS_KEY, Versitygw.SECRET_KEY)),
        true,
        PART,
        2,
        3,
        Duration.ofSeconds(2),
        Duration.ofSeconds(20));
  }

  /** Of one to whom this is granted, and who knows no key. */
  private ContentStore store(Grant grant) throws IOException {
    ContentStoreSettings settings =
        new ContentStoreSettings(folder, Optional.of(bucket())).withoutCredentials();
    assertThat(settings.toString()).doesNotContain(Versitygw.SECRET_KEY);
    return settings.open(
        InstantSource.system(), Thread::new, request -> signer.sign(request, grant));
  }

  @Override
  public ContentStore store() {
    return store;
  }

  /** The manager's, which sweeps. */
  @Override
  public ContentStore storeIn(Duration future) {
    return new S3ContentStore(bucket(), ContentStoreContract.clockIn(future), Thread::new);
  }

  @Override
  public long leftovers() {
    try (S3Connection connection = new S3Connection(bucket())) {
      return connection
          .client()
          .listMultipartUploadsPaginator(r -> r.bucket(BUCKET).prefix(prefix))
          .uploads()
          .stream()
          .count();
    }
  }

  @Override
  public Process writer() throws IOException {
    return OpenUpload.start(
        Map.of(
            "AWS_ACCESS_KEY_ID", Versitygw.ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY", Versitygw.SECRET_KEY),
        server.endpoint().toString(),
        BUCKET,
        prefix);
  }

  @Override
  public Duration abandoned() {
    return Duration.ofDays(2);
  }

  /** Whether a store works is found out by those who have its credentials. */
  @Test
  @Override
  public void aStoreThatWorksIsFoundToDoSo() {
    refused(store::check);
  }

  @Test
  void whatIsNotGrantedCannotBeDone() throws Exception {
    try (ContentStore whole = storeIn(Duration.ZERO)) {
      ContentStoreContract.put(whole, "yours/a", new byte[] {1});
    }
    try (ContentStore mine = store((act, name) -> name.startsWith("mine/"))) {
      ContentStoreContract.put(mine, "mine/a", new byte[2 * PART + 1]);
      assertThat(ContentStoreContract.names(mine, "mine/")).containsExactly("mine/a");
      refused(() -> mine.read("yours/a"));
      refused(() -> mine.list(""));
      refused(() -> mine.list("yours/"));
      refused(() -> mine.delete("yours/a"));
      refused(() -> ContentStoreContract.put(mine, "yours/a", new byte[1]));
      refused(() -> ContentStoreContract.put(mine, "yours/a", new byte[2 * PART + 1]));
      mine.delete("mine/a");
    }
    assertThat(store.list("")).extracting(StoredObject::name).containsExactly("yours/a");
  }

  private static void refused(ThrowingCallable act) {
    assertThatThrownBy(act)
        .isInstanceOfSatisfying(
            ContentStoreFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.REFUSED));
  }

  /** What a keeper's user can do with a signature beside what it was made for. */
  @Test
  void aSignatureIsGoodForItsOwnRequestAlone() throws Exception {
    try (ContentStore whole = storeIn(Duration.ZERO)) {
      ContentStoreContract.put(whole, "yours/a", "secret".getBytes(UTF_8));
      ContentStoreContract.put(whole, "mine/a", new byte[1]);
    }
    Grant mine = (act, name) -> name.startsWith("mine/");
    String own = "/" + BUCKET + "/" + prefix + "mine/a";
    String yours = "/" + BUCKET + "/" + prefix + "yours/a";
    Map<String, String> get = signer.sign(new StoreRequest("GET", own, Map.of(), Map.of()), mine);
    assertThat(send("GET", own, get)).isEqualTo(200);
    assertThat(send("GET", yours, get)).isEqualTo(403);
    assertThat(send("DELETE", own, get)).isEqualTo(403);
    Map<String, String> list =
        signer.sign(
            new StoreRequest(
                "GET",
                "/" + BUCKET,
                Map.of("list-type", "2", "prefix", prefix + "mine/"),
                Map.of()),
            mine);
    String bucket = "/" + BUCKET + "?list-type=2&prefix=";
    String escaped = prefix.replace("/", "%2F");
    assertThat(send("GET", bucket + escaped + "mine%2F", list)).isEqualTo(200);
    assertThat(send("GET", bucket + escaped, list)).isEqualTo(403);
    Map<String, String> put = signer.sign(new StoreRequest("PUT", own, Map.of(), Map.of()), mine);
    Map<String, String> copied = new TreeMap<>(put);
    copied.put("x-amz-copy-source", yours.substring(1));
    // Headers that were not signed are refused, so nothing is copied from others by the service.
    assertThat(send("PUT", own, copied)).isEqualTo(403);
    try (ContentStore reader = store(mine);
        InputStream in = reader.read("mine/a")) {
      assertThat(in.readAllBytes()).containsExactly(0);
    }
  }

  private static int send(String method, String path, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.endpoint() + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    headers.forEach(request::header);
    return HttpClient.newHttpClient()
        .send(request.build(), HttpResponse.BodyHandlers.ofString())
        .statusCode();
  }
}
