// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.agent.AgentResult.Outcome;
import dev.atelier.workspace.content.backup.BackupSettings;
import dev.atelier.workspace.content.backup.WorkspaceKey;
import dev.atelier.workspace.content.egress.AddressRange;
import dev.atelier.workspace.content.egress.EgressPolicy;
import dev.atelier.workspace.content.egress.UpstreamProxy;
import dev.atelier.workspace.content.initializer.ContentSettings;
import dev.atelier.workspace.content.store.ContentStoreSettings;
import dev.atelier.workspace.content.store.ContentStoreSettings.Bucket;
import dev.atelier.workspace.content.store.ContentStoreSettings.Credentials;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.WorkspaceType;
import java.io.StringReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AgentTextsTest {
  private static final Initializer.Git GIT =
      new Initializer.Git(
          "https://example.org/ä.git",
          "https://example.org/up.git",
          CloneTargetMode.LOCAL_BRANCH,
          "topic/ü",
          "app\\x=y",
          Map.of("user.name", " Ada\nLovelace", "core.eol", ""),
          new GitAuthentication(
              GitAuthentication.Method.ONE_TIME_SECRET, "u:=", "p#!\\ ", "https://ots"),
          true);

  private static final Initializer EVERYTHING =
      new Initializer.Composite(
          List.of(
              new Initializer.Prebuild(
                  Optional.of(new Initializer.Snapshot("atelier-snapshot:0", true)),
                  List.of(GIT, (Initializer.Git) GIT.withoutCredentials())),
              new Initializer.Prebuild(Optional.empty(), List.of()),
              new Initializer.Empty(),
              new Initializer.Composite(List.of()),
              GIT,
              new Initializer.Download(
                  List.of(
                      new Initializer.FileInfo("https://a", "b c", "sha256:0"),
                      new Initializer.FileInfo("https://d", "e", "sha512:1")),
                  "there"),
              new Initializer.Snapshot("atelier-snapshot:1", false),
              new Initializer.Backup("here", true)));

  private static final Bucket BUCKET =
      new Bucket(
          "content",
          "a/b/",
          Optional.of(URI.create("http://127.0.0.1:7070")),
          "eu-1",
          true,
          Optional.empty(),
          false,
          6 << 20,
          2,
          3,
          Duration.ofSeconds(4),
          Duration.ofMillis(1500));

  private static AgentOrder order(Optional<Initializer> initializer, Bucket bucket) {
    return new AgentOrder(
        Path.of("/workspace"),
        Path.of("/home/workspace"),
        new WorkspaceKey("owner", "meta"),
        "instance",
        Instant.parse("2026-11-01T10:00:00.123456789Z"),
        WorkspaceType.PREBUILD,
        "small",
        1L << 40,
        true,
        initializer,
        new ContentStoreSettings(Path.of("/content"), Optional.ofNullable(bucket)),
        new ContentSettings(
            new EgressPolicy(
                true,
                List.of(AddressRange.parse("10.0.0.0/8")),
                List.of(AddressRange.parse("::/0")),
                Optional.of(
                    UpstreamProxy.parse(
                        "http://me:p%20w@proxy.test:3128", List.of("a.test", "10.0.0.0/8")))),
            Set.of("https", "ssh"),
            Duration.ofMinutes(1),
            Duration.ofMinutes(2),
            Duration.ofMinutes(3),
            4),
        new BackupSettings(Duration.ofMinutes(5), Duration.ofMinutes(6)));
  }

  @Test
  void orderSaysWhereAFolderIsServed() throws Exception {
    AgentOrder plain = order(Optional.empty(), null);
    assertThat(AgentOrder.parse(plain.text()).store().served()).isFalse();
    ContentStoreSettings served = ContentStoreSettings.servedAt(Path.of("/door/store"));
    AgentOrder other =
        new AgentOrder(
            plain.folder(),
            plain.home(),
            plain.workspace(),
            plain.instanceId(),
            plain.createdAt(),
            plain.type(),
            plain.workspaceClass(),
            plain.storageBytes(),
            plain.grows(),
            plain.initializer(),
            served,
            plain.content(),
            plain.backup());
    assertThat(AgentOrder.parse(other.text()).store()).isEqualTo(served);
  }

  @Test
  void orderOfANewerFormatIsRefusedInWords() {
    assertThatThrownBy(() -> AgentOrder.parse("format=2\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the order has format 2, which a newer version of Atelier has written; this version"
                + " reads formats up to 1: give the pods an agent's image of the manager's"
                + " version");
  }

  @Test
  void anOrderComesBackAsItWas() throws Exception {
    for (AgentOrder order :
        List.of(order(Optional.of(EVERYTHING), BUCKET), order(Optional.empty(), null))) {
      assertThat(AgentOrder.parse(order.text())).usingRecursiveComparison().isEqualTo(order);
    }
  }

  @Test
  void anOrderKeepsAllButItsInitializerWhereThatIsErased() throws Exception {
    for (Initializer initializer : List.of(EVERYTHING, GIT, new Initializer.Empty())) {
      KeeperOrder order =
          new KeeperOrder(
              order(Optional.of(initializer), BUCKET),
              Optional.of("app"),
              Optional.of("0"),
              Optional.of("initializer.of=\ninitializer.another"),
              true,
              Duration.ofMinutes(7));
      String rest = KeeperOrder.withoutInitializer(order.text());
      assertThat(rest).doesNotContain("p\\#\\!", "https\\://ots", "example.org");
      assertThat(KeeperOrder.parse(new StringReader(rest)))
          .usingRecursiveComparison()
          .isEqualTo(
              new KeeperOrder(
                  order(Optional.empty(), BUCKET),
                  order.checkout(),
                  order.snapshotId(),
                  order.holds(),
                  order.volume(),
                  order.finalization()));
    }
  }

  @Test
  void credentialsOfTheStoreMayComeFromTheEnvironment() throws Exception {
    String text = order(Optional.empty(), BUCKET).text();
    AgentOrder read =
        AgentOrder.parse(
            new StringReader(text),
            Map.of(AgentOrder.ACCESS_KEY, "id", AgentOrder.SECRET_KEY, "secret key"));
    assertThat(read.store().bucket().orElseThrow().credentials())
        .contains(new Credentials("id", "secret key"));
    assertThat(read.toString()).doesNotContain("secret");
    assertThat(read.text()).doesNotContain("secret").doesNotContain("-key");
  }

  @Test
  void whatIsMissingOrMakesNoSenseIsNamedAndNotShown() {
    String text = order(Optional.of(GIT), BUCKET).text();
    assertThatThrownBy(() -> AgentOrder.parse(text.replaceAll("(?m)^meta-id=.*$", "")))
        .hasMessage("meta-id is missing");
    assertThatThrownBy(
            () -> AgentOrder.parse(text.replaceAll("(?m)^created-at=.*$", "created-at=x")))
        .hasMessage("created-at makes no sense");
    assertThatThrownBy(() -> AgentOrder.parse(text.replaceAll("LOCAL_BRANCH", "hunter2")))
        .hasMessage("initializer.mode makes no sense");
  }

  @Test
  void aResultComesBackAsItWas() {
    AgentResult result =
        new AgentResult(Outcome.RETRY, Map.of("message", " ü\n\\u0041 #!=: \u0001", "empty", ""));
    assertThat(AgentResult.parse(result.text())).isEqualTo(result);
    assertThat(result.text()).startsWith("empty=\nmessage=\\ ü").endsWith("outcome=retry\n");
  }

  @Test
  void aResultFitsIntoATerminationMessage() {
    Map<String, String> values = new TreeMap<>();
    for (int i = 0; i < 100; i++) {
      values.put("untracked.%03d".formatted(i), "a/long/path/to/a/file/with/ü/" + i);
    }
    values.put("untracked", "100");
    values.put("message", "x".repeat(5000));
    AgentResult result = new AgentResult(Outcome.DONE, values);
    assertThat(result.text().getBytes(StandardCharsets.UTF_8)).hasSizeBetween(4000, 4096);
    assertThat(AgentResult.parse(result.text()).values())
        .containsEntry("untracked", "100")
        .containsKey("untracked.000")
        .doesNotContainKey("untracked.099");
  }

  @Test
  void aResultThatIsCutOffIsNone() {
    String text = AgentResult.of(Outcome.FAILED, "why").text();
    for (int length = 0; length < text.length(); length++) {
      String cut = text.substring(0, length);
      assertThatThrownBy(() -> AgentResult.parse(cut)).isInstanceOf(RuntimeException.class);
    }
  }
}
