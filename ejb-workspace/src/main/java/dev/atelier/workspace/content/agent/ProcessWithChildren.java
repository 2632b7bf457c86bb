// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.agent;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A process whose children end with it when it is ended by force. */
final class ProcessWithChildren extends Process {
  private final Process process;

  ProcessWithChildren(Process process) {
    this.process = process;
  }

  @Override
  public Process destroyForcibly() {
    // Found before it ends: afterwards they are somebody else's children.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    return this;
  }

  @Override
  public OutputStream getOutputStream() {
    return process.getOutputStream();
  }

  @Override
  public InputStream getInputStream() {
    return process.getInputStream();
  }

  @Override
  public InputStream getErrorStream() {
    return process.getErrorStream();
  }

  @Override
  public int waitFor() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
    return process.waitFor(timeout, unit);
  }

  @Override
  public int exitValue() {
    return process.exitValue();
  }

  @Override
  public void destroy() {
    process.destroy();
  }

  @Override
  public boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public ProcessHandle toHandle() {
    return process.toHandle();
  }

  @Override
  public CompletableFuture<Process> onExit() {
    return process.onExit().thenApply(ended -> this);
  }
}
