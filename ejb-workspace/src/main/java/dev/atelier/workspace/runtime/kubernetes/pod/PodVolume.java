// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import java.util.Optional;

/**
 * Where the content of an instance lies.
 *
 * @param claim the name of its volume claim; empty: it lies on the node and goes with the pod
 * @param snapshot the volume snapshot that the claim is made of
 * @param holds what content the volume has already, for people; empty: it is to be made
 * @param grownBytes that it has to hold though its class allows fewer; 0: as its class says
 */
record PodVolume(
    Optional<String> claim, Optional<VolumeSnapshot> snapshot, String holds, long grownBytes) {
  /** What a backup that is larger than its class allows may grow by before it is evicted. */
  private static final double ROOM = 1.1;

  /** On the node. */
  static final PodVolume EPHEMERAL = new PodVolume(Optional.empty(), Optional.empty(), "", 0);

  static PodVolume empty(String claim) {
    return new PodVolume(Optional.of(claim), Optional.empty(), "", 0);
  }

  static PodVolume filled(String claim, String holds) {
    return new PodVolume(Optional.of(claim), Optional.empty(), holds, 0);
  }

  static PodVolume of(String claim, VolumeSnapshot snapshot, String holds) {
    return new PodVolume(Optional.of(claim), Optional.of(snapshot), holds, 0);
  }

  /** With room for a backup that is larger than its class allows. */
  PodVolume grown(long backupBytes) {
    return new PodVolume(claim, snapshot, holds, (long) (backupBytes * ROOM));
  }

  /** Its size where a class allows so much; 0: no limit. */
  long bytes(long allowed) {
    return allowed == 0 ? 0 : Math.max(allowed, grownBytes);
  }
}
