// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.proto.wsman.WorkspaceStatus;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.security.Identity;
import dev.atelier.workspace.security.Scope;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The wire's status of each instance, built once for each version however many subscribers and
 * lists it goes into.
 */
final class StatusCache {
  /** Forgotten instances that may stay before they are looked for. */
  private static final int SLACK = 256;

  /** An id may be used again once its instance is forgotten, hence the creation. */
  private record Built(Instant createdAt, long version, WorkspaceStatus status) {}

  /** The wire's status of instances, as one caller may see it. */
  @FunctionalInterface
  interface View {
    WorkspaceStatus of(Workspace workspace) throws WorkspaceFault;
  }

  /** Where owner tokens are. */
  @FunctionalInterface
  interface OwnerTokens {
    /** The owner token of an instance; empty text when it is not known. */
    String of(String id) throws WorkspaceFault;
  }

  private final ConcurrentHashMap<String, Built> built = new ConcurrentHashMap<>();
  private final OwnerTokens ownerTokens;
  private final Supplier<Set<String>> known;
  private volatile int sweepAt = SLACK;

  /**
   * Holds nothing yet.
   *
   * @param known ids of all known instances; asked for rarely
   */
  StatusCache(OwnerTokens ownerTokens, Supplier<Set<String>> known) {
    this.ownerTokens = ownerTokens;
    this.known = known;
  }

  /** As {@code identity} may see it: whoever may only look gets no owner token. */
  View viewOf(Identity identity) {
    return identity.scope().covers(Scope.OPERATE)
        ? this::of
        : workspace -> {
          WorkspaceStatus whole = of(workspace);
          return whole.toBuilder().setAuth(whole.getAuth().toBuilder().clearOwnerToken()).build();
        };
  }

  WorkspaceStatus of(Workspace workspace) throws WorkspaceFault {
    Built held = built.get(workspace.id());
    if (held != null
        && held.version() == workspace.version()
        && held.createdAt().equals(workspace.createdAt())) {
      return held.status();
    }
    String ownerToken = ownerTokens.of(workspace.id());
    WorkspaceStatus status = WireStatuses.status(workspace, ownerToken);
    // A slow subscriber's old version does not displace a newer one.
    boolean newer =
        held == null
            || !held.createdAt().equals(workspace.createdAt())
            || held.version() < workspace.version();
    if (newer && !ownerToken.isEmpty()) {
      built.put(workspace.id(), new Built(workspace.createdAt(), workspace.version(), status));
      sweep();
    }
    return status;
  }

  int size() {
    return built.size();
  }

  private void sweep() {
    if (built.size() > sweepAt) {
      Set<String> ids = known.get();
      built.keySet().retainAll(ids);
      sweepAt = 2 * ids.size() + SLACK;
    }
  }
}
