// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.StartRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsoleStartTest {
  private static final String ID = "0f3c2a1b-9d8e-4f7a-8b6c-5d4e3f2a1b0c";

  @ParameterizedTest
  @CsvSource({
    "https://example.com/group/Project.git,project",
    "https://example.com/group/project/,project",
    "https://example.com/a.b_c?x=1#y,a-b-c",
    "https://example.com/42-answers.git,answers",
    "https://example.com/%20,workspace",
    "'',workspace",
    "https://example.com/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bcd,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  })
  void theNameIsTheRepositorys(String url, String name) {
    assertThat(start(url, "", "").repository()).isEqualTo(name);
  }

  @Test
  void aLongNameIsCutSoThatTheInstanceFitsAHostName() {
    StartRequest request = start("https://example.com/" + "x".repeat(300), "", "").request(ID);

    assertThat(request.servicePrefix()).hasSizeLessThanOrEqualTo(57).endsWith("-0f3c2a1b");
  }

  @Test
  void withoutABranchTheDefaultOneIsAskedFor() {
    Initializer.Git git = git(start("https://example.com/p.git", "", "large"));

    assertThat(git.targetMode()).isEqualTo(CloneTargetMode.REMOTE_HEAD);
    assertThat(git.cloneTarget()).isEmpty();
    assertThat(git.checkoutLocation()).isEqualTo("p");
  }

  @Test
  void aBranchIsAskedForByName() {
    Initializer.Git git = git(start("https://example.com/p.git", "next", ""));

    assertThat(git.targetMode()).isEqualTo(CloneTargetMode.REMOTE_BRANCH);
    assertThat(git.cloneTarget()).isEqualTo("next");
  }

  @Test
  void theRequestIsOneThatAnyClientWouldSend() {
    StartRequest request = start("https://example.com/p.git", "", "large").request(ID);

    assertThat(request.id()).isEqualTo(ID);
    assertThat(request.metadata().metaId())
        .isEqualTo("p-0f3c2a1b")
        .isEqualTo(request.servicePrefix());
    assertThat(request.metadata().owner()).isNotEmpty();
    assertThat(request.spec().workspaceClass()).isEqualTo("large");
    assertThat(request.spec().workspaceLocation()).isEqualTo("p");
    assertThat(request.unreadable()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "spec.initializer.git.remote_uri,url",
    "spec.initializer.git.clone_taget,branch",
    "spec.workspace_image,image",
    "spec.class,class",
    "metadata.owner,owner",
    "metadata.meta_id,workspace",
    "service_prefix,workspace",
    "spec.initializer.snapshot.snapshot,snapshot",
    "spec.ports[1].port,ports-1",
    "spec.envvars[0].name,envvars-0",
    "spec.envvars,''",
    "metadata.team,''"
  })
  void violationsFindTheirField(String field, String formField) {
    assertThat(ConsoleStart.formField(field)).isEqualTo(formField);
  }

  @Test
  void aSnapshotOrTheLastBackupCanBeGoneOnWith() {
    ConsoleStart.Source snapshot = new ConsoleStart.Snapshot("atelier-snapshot:1");
    ConsoleStart.Source backup = new ConsoleStart.Backup();

    assertThat(of(snapshot, "").request(ID).spec().initializer())
        .isEqualTo(new Initializer.Snapshot("atelier-snapshot:1", false));
    StartRequest again = of(backup, "atlas").request(ID);
    assertThat(again.spec().initializer()).isEqualTo(new Initializer.Backup("", false));
    assertThat(again.metadata().metaId()).isEqualTo("atlas");
    assertThat(again.servicePrefix()).isEqualTo(ID);
  }

  private static ConsoleStart start(String url, String branch, String workspaceClass) {
    return new ConsoleStart(
        "ada",
        "",
        new ConsoleStart.Repository(url, branch),
        "image",
        workspaceClass,
        List.of(),
        List.of());
  }

  private static ConsoleStart of(ConsoleStart.Source source, String workspace) {
    return new ConsoleStart("ada", workspace, source, "image", "", List.of(), List.of());
  }

  private static Initializer.Git git(ConsoleStart start) {
    return (Initializer.Git) start.request(ID).spec().initializer();
  }
}
