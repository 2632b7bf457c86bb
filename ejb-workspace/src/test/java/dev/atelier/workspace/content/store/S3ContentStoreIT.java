// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.store.ContentStoreFault.Kind;
import dev.atelier.workspace.content.store.ContentStoreSettings.Bucket;
import dev.atelier.workspace.content.store.ContentStoreSettings.Credentials;
import dev.atelier.workspace.content.store.UnreliableLine.Mishap;
import dev.atelier.workspace.content.store.UnreliableLine.Way;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class S3ContentStoreIT implements ContentStoreContract {
  private static final String BUCKET = "kept";

  @TempDir static Path folder;
  private static Versitygw server;

  private final String prefix = UUID.randomUUID() + "/";
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
  void open() {
    store = storeIn(Duration.ZERO);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Override
  public ContentStore store() {
    return store;
  }

  @Override
  public ContentStore storeIn(Duration future) {
    return new S3ContentStore(
        bucket(server.endpoint(), BUCKET), ContentStoreContract.clockIn(future), Thread::new);
  }

  @Override
  public long leftovers() {
    try (S3Connection connection = new S3Connection(bucket(server.endpoint(), BUCKET))) {
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

  private Bucket bucket(URI endpoint, String name) {
    return bucket(endpoint, name, Versitygw.SECRET_KEY, true, Duration.ofSeconds(20));
  }

  private Bucket bucket(
      URI endpoint, String name, String secret, boolean checksums, Duration timeout) {
    return new Bucket(
        name,
        prefix,
        Optional.of(endpoint),
        "",
        true,
        Optional.of(new Credentials(Versitygw.ACCESS_KEY, secret)),
        checksums,
        PART,
        2,
        3,
        Duration.ofSeconds(2),
        timeout);
  }

  private ContentStore open(Bucket bucket) {
    return new S3ContentStore(bucket, InstantSource.system(), Thread::new);
  }

  /** Over a line, with an answer or progress within a second. */
  private ContentStore over(UnreliableLine line) {
    return open(bucket(line.endpoint(), BUCKET, Versitygw.SECRET_KEY, true, Duration.ofSeconds(1)));
  }

  @Test
  void otherPrefixesAreNotSeen() throws IOException {
    ContentStoreContract.put(store, "a/b", new byte[1]);
    try (ContentStore other = open(bucketOf(UUID.randomUUID() + "/"))) {
      assertThat(other.list("")).isEmpty();
    }
    try (ContentStore whole = open(bucketOf(""))) {
      assertThat(ContentStoreContract.names(whole, prefix)).containsExactly(prefix + "a/b");
    }
  }

  private static Bucket bucketOf(String prefix) {
    return new Bucket(
        BUCKET,
        prefix,
        Optional.of(server.endpoint()),
        "us-east-1",
        true,
        Optional.of(new Credentials(Versitygw.ACCESS_KEY, Versitygw.SECRET_KEY)),
        true,
        PART,
        2,
        3,
        Duration.ofSeconds(2),
        Duration.ofSeconds(20));
  }

  @Test
  void aServiceThatKnowsNoChecksumsIsSentNone() throws IOException {
    byte[] bytes = ContentStoreContract.bytes(12_000_000, 1);
    try (ContentStore plain =
        open(
            bucket(
                server.endpoint(), BUCKET, Versitygw.SECRET_KEY, false, Duration.ofSeconds(20)))) {
      ContentStoreContract.put(plain, "large", bytes);
      ContentStoreContract.put(plain, "small", new byte[1]);
      assertThat(Arrays.equals(ContentStoreContract.get(plain, "large"), bytes)).isTrue();
      assertThat(ContentStoreContract.get(plain, "small")).hasSize(1);
    }
  }

  @Test
  void aServiceThatIsAwayIsSaid() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    try (ContentStore away = open(bucket(URI.create("http://127.0.0.1:" + port), BUCKET))) {
      ContentStoreContract.refused(away, Kind.UNAVAILABLE, "nothing answers at its address");
    }
  }

  @Test
  void aWrongSecretIsSaidAndNotShown() {
    String wrong = "wrong-" + UUID.randomUUID();
    try (ContentStore refusing =
        open(bucket(server.endpoint(), BUCKET, wrong, true, Duration.ofSeconds(20)))) {
      ContentStoreContract.refused(refusing, Kind.REFUSED, "the credentials are wrong");
      assertThatThrownBy(refusing::check)
          .hasMessageNotContaining(wrong)
          .hasMessageNotContaining(Versitygw.ACCESS_KEY);
    }
  }

  @Test
  void aMissingBucketIsSaid() {
    try (ContentStore refusing = open(bucket(server.endpoint(), "nowhere"))) {
      ContentStoreContract.refused(refusing, Kind.REFUSED, "there is no such bucket");
    }
  }

  @ParameterizedTest
  @EnumSource(Mishap.class)
  void anUploadOutlivesBrokenConnections(Mishap mishap) throws IOException {
    byte[] bytes = ContentStoreContract.bytes(20_000_000, 3);
    try (UnreliableLine line = new UnreliableLine(server.port());
        ContentStore far = over(line)) {
      line.fail(Way.UP, mishap, 3_000_000, 2);
      ContentStoreContract.put(far, "a/b", bytes);
      assertThat(line.mishaps()).isEqualTo(2);
    }
    assertThat(Arrays.equals(ContentStoreContract.get(store, "a/b"), bytes)).isTrue();
    assertThat(leftovers()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Mishap.class)
  void aReadGoesOnWhereTheConnectionBroke(Mishap mishap) throws IOException {
    byte[] bytes = ContentStoreContract.bytes(20_000_000, 4);
    ContentStoreContract.put(store, "a/b", bytes);
    try (UnreliableLine line = new UnreliableLine(server.port());
        ContentStore far = over(line)) {
      line.fail(Way.DOWN, mishap, 4_000_000, 4);
      assertThat(Arrays.equals(ContentStoreContract.get(far, "a/b"), bytes)).isTrue();
      assertThat(line.mishaps()).isEqualTo(4);
    }
  }

  @ParameterizedTest
  @EnumSource(Mishap.class)
  void aServiceThatNeverAnswersIsGivenUp(Mishap mishap) throws IOException {
    ContentStoreContract.put(store, "a", new byte[100_000]);
    try (UnreliableLine line = new UnreliableLine(server.port());
        ContentStore far = over(line)) {
      line.fail(Way.UP, mishap, 1, Integer.MAX_VALUE);
      ContentStoreContract.refused(
          far,
          Kind.UNAVAILABLE,
          switch (mishap) {
            case CUT -> "the connection broke";
            case SILENCE -> "the service is too slow";
          });
    }
  }

  @ParameterizedTest
  @EnumSource(Mishap.class)
  void aPartThatCannotBeSentFailsTheUploadAndLeavesNothing(Mishap mishap) throws IOException {
    try (UnreliableLine line = new UnreliableLine(server.port());
        ContentStore far = over(line)) {
      try (ContentStore.Upload upload = far.begin("a")) {
        line.fail(Way.UP, mishap, 2_000_000, 6);
        assertThatThrownBy(
                () -> {
                  upload.stream().write(ContentStoreContract.bytes(12_000_000, 1));
                  upload.commit();
                })
            .isInstanceOfSatisfying(
                ContentStoreFault.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
        line.fail(Way.UP, mishap, 0, 0);
      }
    }
    assertThat(store.list("")).isEmpty();
    assertThat(leftovers()).isZero();
  }

  @Test
  void aCommitWhoseAnswerWasLostIsFoundOut() throws IOException {
    byte[] bytes = ContentStoreContract.bytes(12_000_000, 5);
    try (UnreliableLine line = new UnreliableLine(server.port());
        ContentStore far = over(line);
        ContentStore.Upload upload = far.begin("a")) {
      upload.stream().write(bytes);
      line.loseAnswerTo("<CompleteMultipartUpload");
      upload.commit();
      assertThat(line.mishaps()).isEqualTo(1);
    }
    assertThat(Arrays.equals(ContentStoreContract.get(store, "a"), bytes)).isTrue();
  }

  @Test
  void aCommitThatIsUnknownWhenRepeatedIsFoundOut() throws IOException {
    String unknown = "<Error><Code>NoSuchUpload</Code><Message>none</Message></Error>";
    String answer =
        "HTTP/1.1 404 Not Found\r\nContent-Type: application/xml\r\nConnection: close\r\n"
            + "Content-Length: %d\r\n\r\n%s".formatted(unknown.length(), unknown);
    byte[] bytes = ContentStoreContract.bytes(12_000_000, 6);
    try (UnreliableLine line = new UnreliableLine(server.port());
        ContentStore far = over(line);
        ContentStore.Upload upload = far.begin("a")) {
      upload.stream().write(bytes);
      line.replaceAnswerTo("<CompleteMultipartUpload", answer);
      upload.commit();
      assertThat(line.mishaps()).isEqualTo(1);
    }
    assertThat(Arrays.equals(ContentStoreContract.get(store, "a"), bytes)).isTrue();
  }

  @Test
  void anUploadThatWasRemovedMeanwhileFailsAndIsToBeTriedAgain() throws IOException {
    ContentStoreContract.put(store, "a", new byte[1]);
    try (ContentStore.Upload upload = store.begin("a");
        S3Connection connection = new S3Connection(bucket(server.endpoint(), BUCKET))) {
      upload.stream().write(ContentStoreContract.bytes(12_000_000, 7));
      connection
          .client()
          .listMultipartUploadsPaginator(r -> r.bucket(BUCKET).prefix(prefix))
          .uploads()
          .forEach(open -> connection.abort(open.key(), open.uploadId()));
      assertThatThrownBy(upload::commit)
          .isInstanceOfSatisfying(
              ContentStoreFault.class,
              e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.UNAVAILABLE));
    }
    assertThat(ContentStoreContract.get(store, "a")).hasSize(1);
  }

  @Test
  void aReadOfWhatWasReplacedMeanwhileFailsInsteadOfMixing() throws IOException {
    ContentStoreContract.put(store, "a", ContentStoreContract.bytes(20_000_000, 1));
    try (UnreliableLine line = new UnreliableLine(server.port());
        ContentStore far = over(line)) {
      line.fail(Way.DOWN, Mishap.CUT, 4_000_000, 1);
      try (InputStream stream = far.read("a")) {
        assertThat(stream.read()).isNotNegative();
        ContentStoreContract.put(store, "a", ContentStoreContract.bytes(20_000_000, 2));
        assertThatThrownBy(stream::readAllBytes)
            .isInstanceOf(ContentStoreFault.class)
            .hasMessageContaining("was replaced meanwhile");
      }
    }
  }

  @Test
  void aReaderMayStopBeforeTheEnd() throws IOException {
    ContentStoreContract.put(store, "a", ContentStoreContract.bytes(20_000_000, 1));
    for (int i = 0; i < 20; i++) {
      try (InputStream stream = store.read("a")) {
        assertThat(stream.read()).isNotNegative();
      }
    }
  }

  @Test
  void partsGrowSoThatAnyObjectHasFewEnough() {
    assertThat(S3Upload.partSize(8 << 20, 0)).isEqualTo(8 << 20);
    assertThat(S3Upload.partSize(8 << 20, 999)).isEqualTo(8 << 20);
    assertThat(S3Upload.partSize(8 << 20, 1000)).isEqualTo(16 << 20);
    long most = 0;
    for (int part = 0; part < 10_000; part++) {
      most += S3Upload.partSize(8 << 20, part);
    }
    assertThat(most).isGreaterThan(4_000_000_000_000L);
  }
}
