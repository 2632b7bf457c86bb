// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** Where a pod has the credentials of its initializer, as an annotation of it says. */
enum PodCredentials {
  /** Nowhere: the initializer has none. */
  NONE,

  /** In its Secret, whose keys the keeper's container mounts. */
  HELD,

  /** In a folder of the keeper's container alone. */
  GIVEN,

  /** Nowhere any more. */
  ERASED;

  /** The annotation. */
  static final String ANNOTATION = "workspace.atelier.dev/credentials";

  /** What the annotation of that pod says; what another version may have written is nothing. */
  static PodCredentials of(Pod pod) {
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    String word = annotations == null ? "" : annotations.getOrDefault(ANNOTATION, "");
    return Arrays.stream(values()).filter(one -> one.word().equals(word)).findFirst().orElse(NONE);
  }

  /** As the annotation has it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether they are to be erased one day. */
  boolean there() {
    return this == HELD || this == GIVEN;
  }
}
