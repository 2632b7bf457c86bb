// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace;

import dev.atelier.workspace.config.Settings;
import dev.atelier.workspace.operations.Adoption;
import dev.atelier.workspace.operations.FileMaintenanceRecord;
import dev.atelier.workspace.operations.MaintenanceRecord;
import dev.atelier.workspace.reconcile.Leadership;
import dev.atelier.workspace.runtime.RuntimeChoice;
import dev.atelier.workspace.runtime.WorkspaceRuntime;
import dev.atelier.workspace.runtime.kubernetes.KubernetesManager;
import dev.atelier.workspace.runtime.local.LocalRuntime;
import dev.atelier.workspace.security.FilePasswordRecord;
import dev.atelier.workspace.security.FirstToken;
import dev.atelier.workspace.security.LoopbackDoor;
import dev.atelier.workspace.security.PasswordRecord;
import dev.atelier.workspace.store.HeardStore;
import dev.atelier.workspace.store.JpaWorkspaceStore;
import dev.atelier.workspace.store.SnapshotStore;
import dev.atelier.workspace.store.WorkspaceStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

/** Hands out the adapters that {@code atelier.runtime} asks for; of the others none is made. */
@ApplicationScoped
public class AdapterProducer {

  @Produces
  @Singleton
  static RuntimeChoice choice(Config config) {
    return RuntimeChoice.from(new Settings(config));
  }

  @Produces
  @Singleton
  static WorkspaceStore store(
      RuntimeChoice choice,
      Instance<JpaWorkspaceStore> database,
      Instance<KubernetesManager> cluster) {
    return switch (choice) {
      case LOCAL -> database.get();
      case KUBERNETES -> cluster.get().store();
    };
  }

  @Produces
  @Singleton
  static SnapshotStore snapshots(
      RuntimeChoice choice,
      Instance<JpaWorkspaceStore> database,
      Instance<KubernetesManager> cluster) {
    return switch (choice) {
      case LOCAL -> database.get().snapshots();
      case KUBERNETES -> cluster.get().snapshots();
    };
  }

  @Produces
  @Singleton
  static HeardStore heard(
      RuntimeChoice choice,
      Instance<JpaWorkspaceStore> database,
      Instance<KubernetesManager> cluster) {
    return switch (choice) {
      case LOCAL -> database.get().heard();
      case KUBERNETES -> cluster.get().heard();
    };
  }

  @Produces
  @Singleton
  static WorkspaceRuntime runtime(
      RuntimeChoice choice, Instance<LocalRuntime> local, Instance<KubernetesManager.Pods> pods) {
    return switch (choice) {
      case LOCAL -> local.get();
      case KUBERNETES -> pods.get().runtime();
    };
  }

  @Produces
  @Singleton
  static MaintenanceRecord maintenance(
      RuntimeChoice choice, DataFolder data, Instance<KubernetesManager> cluster) {
    return switch (choice) {
      case LOCAL -> new FileMaintenanceRecord(data.root().resolve("maintenance-until"));
      case KUBERNETES -> cluster.get().maintenance();
    };
  }

  @Produces
  @Singleton
  static PasswordRecord passwords(
      RuntimeChoice choice, DataFolder data, Instance<KubernetesManager> cluster) {
    return switch (choice) {
      case LOCAL -> new FilePasswordRecord(data.root().resolve("admin-password"));
      case KUBERNETES -> cluster.get().passwords();
    };
  }

  @Produces
  @Singleton
  static LoopbackDoor loopback(WorkspaceRuntime runtime, DataFolder data) {
    return new LoopbackDoor(runtime.isolation(), new FirstToken(data.root().resolve("grpc-token")));
  }

  @Produces
  @Singleton
  static Leadership leadership(
      RuntimeChoice choice, Instance<KubernetesManager> cluster, Adoption adoption) {
    return switch (choice) {
      case LOCAL -> Leadership.alone();
      case KUBERNETES -> cluster.get().leadership(adoption);
    };
  }
}
