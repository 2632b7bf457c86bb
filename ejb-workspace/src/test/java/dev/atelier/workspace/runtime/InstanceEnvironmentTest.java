// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.EnvironmentVariable.SecretKey;
import dev.atelier.workspace.domain.GitIdentity;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceClass;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstanceEnvironmentTest {
  private static final InstanceEnvironment ENVIRONMENT =
      new InstanceEnvironment(Duration.ofSeconds(30), Optional.empty(), "/workspace");
  private static final SecretLookup SECRETS =
      key ->
          switch (key.key()) {
            case "k" -> Optional.of("hidden");
            case "longest" -> Optional.of("\u00e4".repeat(65_534));
            default -> Optional.empty();
          };

  private static Map<String, String> of(Workspace workspace, EnvironmentVariable... variables)
      throws MissingSecretException {
    WorkspaceClass small =
        new WorkspaceClass(
            "small",
            "small",
            "small",
            0,
            new WorkspaceClass.Resources(1500, 0, (3L << 30) + 1, 0, 0, 0),
            Duration.ZERO);
    return ENVIRONMENT.of(workspace, List.of(variables), small, SECRETS);
  }

  private static EnvironmentVariable v(String name, String value) {
    return EnvironmentVariable.of(name, value);
  }

  private static EnvironmentVariable secret(String name, String value, String key) {
    return new EnvironmentVariable(name, value, Optional.of(new SecretKey("s", key)));
  }

  @Test
  void laterOnesWinAndEmptyOnesAreLeftOut() throws Exception {
    Map<String, String> environment =
        of(Workspaces.pending("i"), v("A", "1"), v("B", "2"), v("A", "3"), v("B", ""), v("C", ""));
    assertThat(environment).containsEntry("A", "3").containsEntry("B", "2").doesNotContainKey("C");
  }

  @Test
  void secretsServeWhereThereIsNoValue() throws Exception {
    assertThat(of(Workspaces.pending("i"), secret("A", "", "k"), secret("B", "own", "absent")))
        .containsEntry("A", "hidden")
        .containsEntry("B", "own");
  }

  @Test
  void absentSecretIsNamed() {
    assertThatThrownBy(() -> of(Workspaces.pending("i"), secret("A", "", "absent")))
        .isInstanceOf(MissingSecretException.class)
        .hasMessage("environment variable A: there is no secret \"s\" with key \"absent\"");
  }

  @Test
  void aSecretIsAsLongAsAnyValueMayBe() throws Exception {
    assertThat(of(Workspaces.pending("i"), secret("A", "", "longest")).get("A"))
        .isEqualTo("\u00e4".repeat(65_534));
    assertThatThrownBy(() -> of(Workspaces.pending("i"), secret("AB", "", "longest")))
        .isInstanceOf(MissingSecretException.class)
        .hasMessage(
            "environment variable AB: secret \"s\" with key \"longest\" is longer than 131,069"
                + " bytes, with the variable's name");
  }

  @Test
  void managersOwnWin() throws Exception {
    Workspace pending = Workspaces.pending("i");
    Workspace workspace =
        pending.withSpec(pending.spec().withGit(new GitIdentity("Name", "a@example.com")));
    assertThat(of(workspace, v("GITPOD_INSTANCE_ID", "forged")))
        .containsEntry("GITPOD_INSTANCE_ID", "i")
        .containsEntry("GITPOD_WORKSPACE_ID", "meta-i")
        .containsEntry("GITPOD_OWNER_ID", "owner")
        .containsEntry("GITPOD_WORKSPACE_URL", pending.spec().url())
        .containsEntry("GITPOD_WORKSPACE_CLASS", "default")
        .containsEntry("GITPOD_GIT_USER_NAME", "Name")
        .containsEntry("GITPOD_GIT_USER_EMAIL", "a@example.com")
        .containsEntry("GITPOD_INTERVAL", "30000")
        .containsEntry("GITPOD_MEMORY", "3073")
        .containsEntry("GITPOD_CPU_COUNT", "2")
        .doesNotContainKeys("GITPOD_HEADLESS", "GITPOD_HOST");
    assertThat(of(Workspaces.pending("p", WorkspaceType.PREBUILD)))
        .containsEntry("GITPOD_HEADLESS", "true");
  }

  @Test
  void checkoutsAreNamedInOrder() throws Exception {
    Workspace pending = Workspaces.pending("i");
    Initializer two =
        new Initializer.Composite(
            List.of(new Initializer.Backup("a/b", false), new Initializer.Backup("c", false)));
    assertThat(of(pending.withSpec(pending.spec().withInitializer(two))))
        .containsEntry("GITPOD_REPO_ROOT", "/workspace/a/b")
        .containsEntry("GITPOD_REPO_ROOTS", "/workspace/a/b,/workspace/c");
  }

  @ParameterizedTest
  @CsvSource({
    "FOO,true",
    "GITPOD_TASKS,true",
    "GITPOD_WORKSPACE_CONTEXT,true",
    "GITPOD_WORKSPACE_CONTEXT_URL,true",
    "GITPOD_RESOLVED_EXTENSIONS,true",
    "GITPOD_EXTERNAL_EXTENSIONS,true",
    "GITPOD_WORKSPACE_CLASS_INFO,true",
    "GITPOD_IDE_ALIAS,true",
    "GITPOD_RLIMIT_CORE,true",
    "GITPOD_IMAGE_AUTH,true",
    "GITPOD_OTHER,false",
    "GITPOD_TASKS2,false",
    "GITPOD_,false"
  })
  void namesOfThePlatformAreNotOpenToUsers(String name, boolean open) {
    assertThat(v(name, "x").openToUsers()).isEqualTo(open);
  }
}
