// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atelier.workspace.Workers;
import dev.atelier.workspace.domain.Observation;
import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.Workspaces;
import dev.atelier.workspace.runtime.local.LocalRuntimeSettings.Networks;
import dev.atelier.workspace.runtime.local.LocalRuntimeSettings.Use;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceEndTest {
  @TempDir Path data;

  @Test
  void aLauncherThatHasNotSaidWhoItIsYetHasNotEnded() throws Exception {
    LocalRuntimeSettings settings =
        LocalRuntimeSettings.DEFAULT.with(
            s -> s.sandbox(Use.NONE).network(Networks.NONE).cgroups(Use.NONE));
    Machine machine = Machine.find(settings, data);
    LocalHost host =
        new LocalHost(
            data,
            settings,
            machine,
            new Sandbox(machine, settings, data),
            InstantSource.system(),
            Workers.over(Thread::new, 1),
            Executors.newSingleThreadScheduledExecutor());
    InstanceFolder folder = new InstanceFolder(data, "early");
    Files.createDirectories(folder.root());
    LocalInstance instance = new LocalInstance(Workspaces.pending("early"), folder);
    Process launcher = new ProcessBuilder("sleep", "1000").start();
    try {
      instance.setLaunched(launcher.toHandle());
      host.update(instance, seen -> Observation.ABSENT.withStage(Stage.STARTED));
      new InstanceEnd(host).look(instance);
      assertThat(instance.ended()).isFalse();
      launcher.destroyForcibly().waitFor();
      new InstanceEnd(host).look(instance);
      assertThat(instance.ended()).isTrue();
    } finally {
      launcher.destroyForcibly();
      host.close();
    }
  }
}
