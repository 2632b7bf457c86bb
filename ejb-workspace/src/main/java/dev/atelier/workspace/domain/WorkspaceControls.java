// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What clients change while an instance lives.
 *
 * @param timeout effective inactivity timeout, or running time of a headless instance; positive
 * @param closedTimeout effective timeout while marked closed; zero: switched off
 * @param ports exposed ports, ordered by number, each once
 * @param admission who may enter
 * @param sshPublicKeys in OpenSSH's format
 * @param lastActivity the last activity that was recorded
 * @param closed whether it is marked closed
 * @param stop the harshest stop asked for so far
 */
@RecordBuilder
public record WorkspaceControls(
    Duration timeout,
    Duration closedTimeout,
    List<ExposedPort> ports,
    AdmissionLevel admission,
    List<String> sshPublicKeys,
    Optional<Instant> lastActivity,
    boolean closed,
    Optional<StopPolicy> stop)
    implements WorkspaceControlsBuilder.With {
  /** Copies what was given and orders the ports. */
  public WorkspaceControls {
    ports = ports.stream().sorted(Comparator.comparingInt(ExposedPort::port)).toList();
    sshPublicKeys = List.copyOf(sshPublicKeys);
  }
}
