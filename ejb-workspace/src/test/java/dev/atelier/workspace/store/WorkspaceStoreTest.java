package dev.atelier.workspace.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.domain.WorkspaceFault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What every store promises, on each database. */
@ParameterizedClass
@EnumSource
class WorkspaceStoreTest {
  private final Databases.Kind kind;
  private Databases databases;
  private JpaWorkspaceStore store;

  WorkspaceStoreTest(Databases.Kind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    databases = Databases.of(kind);
    store = databases.store();
  }

  @AfterEach
  void close() {
    store.close();
    databases.close();
  }

  @org.junit.jupiter.api.Test
  void whatIsCreatedIsThere() throws WorkspaceFault {
    store.create(Samples.full(), Samples.secrets());
    assertThat(store.get("full")).contains(Samples.full());
    store.create(Samples.pending("a"), Samples.secrets());
    assertThat(store.get("a")).contains(Samples.pending("a"));
    assertThat(store.secrets("a")).contains(Samples.secrets());
    assertThat(store.list()).containsExactlyInAnyOrder(Samples.full(), Samples.pending("a"));
  }
}
