// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import dev.atelier.workspace.domain.Observation.Stage;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.WorkspaceClass;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Measures the storage of running instances, one after another and with a pause between two rounds,
 * and evicts those above the limit of their class, as Kubernetes does. The same round notices
 * instances whose launcher was killed by somebody else.
 */
final class StorageWatch implements AutoCloseable {
  private static final Logger LOG = System.getLogger(StorageWatch.class.getName());
  private static final double GIGABYTE = 1e9;

  private final LocalHost host;
  private final Function<String, WorkspaceClass> classes;
  private final InstanceEnd ends;
  private final Supplier<Collection<LocalInstance>> instances;
  private volatile boolean closed;

  StorageWatch(
      LocalHost host,
      Function<String, WorkspaceClass> classes,
      InstanceEnd ends,
      Supplier<Collection<LocalInstance>> instances) {
    this.host = host;
    this.classes = classes;
    this.ends = ends;
    this.instances = instances;
  }

  /** What its files take. */
  static long used(InstanceFolder folder) throws IOException, InterruptedException {
    return FileTree.size(
        Stream.of(folder.content(), folder.home(), folder.varTmp()).filter(Files::exists).toList());
  }

  /** What one may take that began with {@code used} bytes: a little more, for logs and the like. */
  static long allowance(long used, long limit) {
    return used + limit / 10;
  }

  void start() {
    host.after(host.settings.storageInterval(), this::round);
  }

  private void round() {
    try {
      for (LocalInstance instance : List.copyOf(instances.get())) {
        if (!closed && instance.seen().stage() == Stage.STARTED) {
          host.guarded(instance, () -> measure(instance));
        }
      }
    } finally {
      if (!closed) {
        start();
      }
    }
  }

  private void measure(LocalInstance instance) throws IOException, InterruptedException {
    ends.look(instance);
    WorkspaceClass workspaceClass = classes.apply(instance.workspace().spec().workspaceClass());
    long limit = workspaceClass.resources().storageBytes();
    long allowed = Math.max(limit, instance.folder.allowance());
    if (limit == 0 || instance.ended() || instance.terminating()) {
      return;
    }
    long used = used(instance.folder);
    if (used > allowed) {
      String why =
          "its files take %.2f GB, and its class %s allows %.2f GB"
                  .formatted(used / GIGABYTE, workspaceClass.id(), limit / GIGABYTE)
              + (allowed > limit ? ", and it has grown since it was restored" : "");
      LOG.log(Level.WARNING, instance.workspace().named() + ": evicted: " + why);
      instance.folder.writeEvicted(why);
      Instant killAt = host.clock.instant().plus(StopPolicy.IMMEDIATELY.grace());
      ends.terminate(instance, killAt);
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
