// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a class means on Kubernetes beside its sizes ({@code atelier.class.<id>.*}).
 *
 * @param command {@code command}: a line of shell that is the main process; empty: the tasks are
 *     run
 * @param readiness {@code readiness}: what the main process does once it is ready
 * @param nodeSelector {@code node-selector}: labels that a node must have
 * @param tolerations {@code tolerations}: as a pod has them, in YAML
 * @param template {@code pod-template}: a pod in YAML that is merged in; empty: none
 * @param persistent {@code volume}: whether the content is in a volume claim of its own
 * @param storageClass {@code storage-class}: of the volume claim; empty: the cluster's default
 * @param snapshotClass {@code volume-snapshot-class}: of the volume snapshots that are the final
 *     backups of regular instances; empty: those are archives. Only where it is persistent
 * @param warm pods that wait for instances; empty: none
 */
public record PodClass(
    Optional<String> command,
    Readiness readiness,
    Map<String, String> nodeSelector,
    List<Object> tolerations,
    Map<String, Object> template,
    boolean persistent,
    Optional<String> storageClass,
    Optional<String> snapshotClass,
    Optional<Warm> warm) {
  /** Nothing configured. */
  public static final PodClass DEFAULT =
      new PodClass(
          Optional.empty(),
          new Readiness.Started(),
          Map.of(),
          List.of(),
          Map.of(),
          false,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  /** Copies what was given. */
  public PodClass {
    nodeSelector = Map.copyOf(nodeSelector);
    tolerations = List.copyOf(tolerations);
    template = Map.copyOf(template);
  }

  /**
   * Pods that are made before there is an instance for them.
   *
   * @param count {@code warm}: how many; positive
   * @param image {@code warm-image}: the image of instances that they are for
   */
  public record Warm(int count, String image) {}

  /** How readiness is found out. */
  public sealed interface Readiness {
    /** Ready as soon as it was started. */
    record Started() implements Readiness {}

    /**
     * Ready once it listens.
     *
     * @param number of a TCP port
     */
    record Port(int number) implements Readiness {}

    /**
     * Ready once it answers with a code from 200 to 399.
     *
     * @param port where it listens
     * @param path what is asked for
     */
    record Http(int port, String path) implements Readiness {}
  }
}
