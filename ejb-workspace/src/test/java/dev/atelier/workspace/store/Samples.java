// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import dev.atelier.workspace.domain.AdmissionLevel;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Captures;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.Deadline;
import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.ExposedPort;
import dev.atelier.workspace.domain.FeatureFlag;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.GitIdentity;
import dev.atelier.workspace.domain.GitStatus;
import dev.atelier.workspace.domain.IdeImage;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Passed;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.PortProtocol;
import dev.atelier.workspace.domain.PortVisibility;
import dev.atelier.workspace.domain.Progress;
import dev.atelier.workspace.domain.RuntimeInfo;
import dev.atelier.workspace.domain.Save;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceControls;
import dev.atelier.workspace.domain.WorkspaceSecrets;
import dev.atelier.workspace.domain.WorkspaceSpec;
import dev.atelier.workspace.domain.WorkspaceStatus;
import dev.atelier.workspace.domain.WorkspaceType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Instances as tests of the store need them. */
public final class Samples {
  private static final Capture.Outcome OUTCOME =
      new Capture.Outcome(
          "live-1", Capture.Kind.BACKUP, "url", "", Instant.parse("2026-01-02T03:04:06Z"));

  public static final String TOKEN = "owner-token-in-plain-sight";
  public static final String VALUE = "value-in-plain-sight";
  public static final String PASSWORD = "password-in-plain-sight";

  private static final Initializer.Git GIT =
      new Initializer.Git(
          "https://example.com/a.git",
          "https://example.com/upstream.git",
          CloneTargetMode.LOCAL_BRANCH,
          "topic/one",
          "a",
          Map.of("user.name", "Ada"),
          new GitAuthentication(GitAuthentication.Method.BASIC, "ada", PASSWORD, ""),
          true);

  private Samples() {}

  /** Just recorded; its meta id is {@code meta-<id>}, its service prefix {@code prefix-<id>}. */
  public static Workspace pending(String id) {
    return pending(id, "meta-" + id, "prefix-" + id);
  }

  public static Workspace pending(String id, String metaId, String servicePrefix) {
    WorkspaceSpec spec =
        new WorkspaceSpec(
            WorkspaceType.REGULAR,
            "ada",
            metaId,
            servicePrefix,
            Map.of("purpose", "test"),
            Optional.of("team"),
            Optional.empty(),
            "registry.example.com/base:1",
            IdeImage.NONE,
            List.of(),
            Set.of(),
            GIT.withoutCredentials(),
            "a",
            GitIdentity.NONE,
            "default",
            "https://" + id + ".example.com",
            Duration.ofHours(36),
            Duration.ofMinutes(5));
    WorkspaceControls controls =
        new WorkspaceControls(
            Duration.ofMinutes(30),
            Duration.ofMinutes(2),
            List.of(),
            AdmissionLevel.OWNER_ONLY,
            List.of(),
            Optional.empty(),
            false,
            Optional.empty());
    return new Workspace(
        id,
        1,
        Instant.parse("2026-01-02T03:04:05.123456789Z"),
        spec,
        controls,
        WorkspaceStatus.NEW,
        TraceContext.NONE);
  }

  public static WorkspaceSecrets secrets() {
    return new WorkspaceSecrets(
        TOKEN,
        List.of(
            EnvironmentVariable.of("KEY", VALUE),
            new EnvironmentVariable(
                "OTHER", "", Optional.of(new EnvironmentVariable.SecretKey("name", "key")))),
        Optional.of(GIT));
  }

  /** Nothing in it is empty, or what it is without a value of its own. */
  public static Workspace full() {
    return new Workspace(
        "full",
        42,
        Instant.parse("2026-01-02T03:04:05.123456789Z"),
        fullSpec(),
        fullControls(),
        fullStatus(),
        new TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "vendor=1"));
  }

  private static WorkspaceSpec fullSpec() {
    return new WorkspaceSpec(
        WorkspaceType.PREBUILD,
        "ada",
        "meta",
        "prefix",
        Map.of("one", "1", "two", "2"),
        Optional.of("team"),
        Optional.of("project"),
        "registry.example.com/base:1",
        new IdeImage("ide", "supervisor"),
        List.of("layer-1", "layer-2"),
        Set.of(FeatureFlag.SSH_CA),
        new Initializer.Composite(
            List.of(
                new Initializer.Empty(),
                GIT.withoutCredentials(),
                new Initializer.Download(
                    List.of(
                        new Initializer.FileInfo(
                            "https://example.com/f", "f", "sha256:" + "0".repeat(64))),
                    "downloads"),
                new Initializer.Snapshot("snapshot-1", true),
                new Initializer.Prebuild(
                    Optional.of(new Initializer.Snapshot("snapshot-2", false)),
                    List.of((Initializer.Git) GIT.withoutCredentials())),
                new Initializer.Backup("b", true))),
        "a",
        new GitIdentity("Ada", "ada@example.com"),
        "large",
        "https://prefix.example.com",
        Duration.ofHours(12).plusNanos(1),
        Duration.ofMinutes(7));
  }

  private static WorkspaceControls fullControls() {
    return new WorkspaceControls(
        Duration.ofNanos(1_500_000_001),
        Duration.ZERO,
        List.of(
            new ExposedPort(
                3000, PortVisibility.PUBLIC, PortProtocol.HTTPS, "https://3000.example.com")),
        AdmissionLevel.EVERYONE,
        List.of("ssh-ed25519 AAAA ada"),
        Optional.of(Instant.parse("2026-01-02T04:00:00.000000001Z")),
        true,
        Optional.of(StopPolicy.ABORT));
  }

  private static WorkspaceStatus fullStatus() {
    Instant start = Instant.parse("2026-01-02T03:05:00Z");
    return new WorkspaceStatus(
        Phase.STOPPING,
        new Conditions(
            "failed",
            "timeout",
            Optional.of(Deadline.Activity.BACKUP),
            true,
            "snapshot",
            true,
            true,
            true,
            Optional.of(start),
            "task failed",
            true,
            Optional.of(new Conditions.VolumeSnapshot("name", "handle")),
            true),
        "message",
        new RuntimeInfo("node", "pod", "10.0.0.1"),
        Optional.of(
            new GitStatus(
                "main", "0".repeat(40), List.of("a"), 1, List.of("b"), 2, List.of("c"), 3)),
        new InitializerMetrics(
            Map.of(
                InitializerMetrics.Kind.GIT,
                new InitializerMetrics.Metric(Duration.ofMillis(1500), 1L << 40))),
        Optional.of(new WorkspaceStatus.ImageInfo(2, 1)),
        new Progress(
            Optional.of(start.plusSeconds(1)),
            Optional.of(start.plusSeconds(2)),
            Optional.of(start.plusSeconds(3)),
            Optional.of(start.plusSeconds(4)),
            Optional.of(start.plusSeconds(5)),
            Optional.of(start.plusSeconds(6)),
            2,
            Optional.of(start.plusSeconds(7)),
            Optional.of(Save.SNAPSHOT),
            new Captures(
                List.of(new Capture("live-2", Capture.Kind.BACKUP, start)),
                List.of(OUTCOME),
                2,
                Optional.of(start.plusSeconds(8)),
                Optional.of(OUTCOME)),
            Optional.of("0".repeat(32)),
            true,
            List.of(new Passed(Phase.STOPPING, 6, "saving", Conditions.NONE.withSnapshot("url"))),
            false,
            "submodule b is missing"));
  }
}
