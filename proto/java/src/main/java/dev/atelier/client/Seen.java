// SPDX-License-Identifier: Apache-2.0
package dev.atelier.client;

import com.google.protobuf.Timestamp;
import dev.atelier.proto.wsman.WorkspacePhase;
import dev.atelier.proto.wsman.WorkspaceStatus;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was handed on, so that nothing is twice or out of order: the last status of each instance
 * that has not STOPPED, and the version of the last ones that have.
 */
final class Seen {
  static final int STOPPED_KEPT = 100_000;

  private static final Comparator<Timestamp> BY_TIME =
      Comparator.comparingLong(Timestamp::getSeconds).thenComparingInt(Timestamp::getNanos);
  private static final Comparator<Mark> BY_AGE =
      Comparator.comparing(Mark::startedAt, BY_TIME).thenComparingLong(Mark::version);

  /** A point in the life of an id, over its instances. */
  private record Mark(Timestamp startedAt, long version) {
    static Mark of(WorkspaceStatus status) {
      return new Mark(status.getMetadata().getStartedAt(), status.getStatusVersion());
    }
  }

  private final Map<String, WorkspaceStatus> live = new HashMap<>();
  private final Map<String, Mark> stopped = new LinkedHashMap<>();

  /** Whether {@code status} is newer than all that was admitted of its id; remembers it then. */
  boolean admit(WorkspaceStatus status) {
    String id = status.getId();
    Mark mark = Mark.of(status);
    Mark last = live.containsKey(id) ? Mark.of(live.get(id)) : stopped.get(id);
    if (last != null && BY_AGE.compare(mark, last) <= 0) {
      return false;
    }
    live.remove(id);
    stopped.remove(id);
    if (status.getPhase() == WorkspacePhase.STOPPED) {
      stopped.put(id, mark);
      if (stopped.size() > STOPPED_KEPT) {
        stopped.remove(stopped.keySet().iterator().next());
      }
    } else {
      live.put(id, status);
    }
    return true;
  }

  /** The last status of each instance that has not STOPPED and whose id is not {@code listed}. */
  List<WorkspaceStatus> missing(Set<String> listed) {
    return live.values().stream().filter(status -> !listed.contains(status.getId())).toList();
  }
}
