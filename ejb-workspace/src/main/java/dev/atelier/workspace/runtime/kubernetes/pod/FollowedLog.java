package dev.atelier.workspace.runtime.kubernetes.pod;

import io.fabric8.kubernetes.client.dsl.LogWatch;
import java.io.FilterInputStream;
import java.io.IOException;

/** A container's output while it comes; its connection ends with it. */
final class FollowedLog extends FilterInputStream {
  private final LogWatch log;

  FollowedLog(LogWatch log) {
    super(log.getOutput());
    this.log = log;
  }

  @Override
  public void close() throws IOException {
    log.close();
    super.close();
  }
}
