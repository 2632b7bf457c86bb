package dev.atelier.workspace.runtime.kubernetes.pod;

import java.util.Optional;

/**
 * Where the content of an instance lies.
 *
 * @param claim the name of its volume claim; empty: it lies on the node and goes with the pod
 * @param snapshot the volume snapshot that the claim is made of
 * @param holds what content the volume has already, for people; empty: it is to be made
 */
record PodVolume(Optional<String> claim, Optional<VolumeSnapshot> snapshot, String holds) {
  /** On the node. */
  static final PodVolume EPHEMERAL = new PodVolume(Optional.empty(), Optional.empty(), "");

  static PodVolume empty(String claim) {
    return new PodVolume(Optional.of(claim), Optional.empty(), "");
  }

  static PodVolume filled(String claim, String holds) {
    return new PodVolume(Optional.of(claim), Optional.empty(), holds);
  }
}
