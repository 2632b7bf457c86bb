// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.domain.ExposedPort;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceSpec;
import dev.atelier.workspace.domain.WorkspaceType;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a pod is made for.
 *
 * @param name of the pod
 * @param labels of the pod
 * @param saved whether a backup of its volume is made in the end
 * @param image of the workspace
 * @param layers images of an IDE, in order
 * @param ports that the workspace is known to listen on
 * @param warm whether there is no instance yet: what is only known of one comes in later
 */
record PodRequest(
    String name,
    Map<String, String> labels,
    boolean saved,
    String image,
    List<String> layers,
    List<Integer> ports,
    boolean warm) {
  /** Copies what was given. */
  PodRequest {
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    layers = List.copyOf(layers);
    ports = List.copyOf(ports);
  }

  static PodRequest of(Workspace workspace) {
    WorkspaceSpec spec = workspace.spec();
    return new PodRequest(
        PodNames.pod(workspace.id(), spec.type()),
        PodNames.labels(workspace.id(), spec.type(), spec.owner(), spec.metaId()),
        spec.type() == WorkspaceType.REGULAR,
        spec.workspaceImage(),
        layers(spec),
        workspace.controls().ports().stream().map(ExposedPort::port).toList(),
        false);
  }

  /** Images of an IDE; those that are not named are none. */
  static List<String> layers(WorkspaceSpec spec) {
    return Stream.concat(
            Stream.of(spec.ideImage().webRef(), spec.ideImage().supervisorRef()),
            spec.ideImageLayers().stream())
        .filter(image -> !image.isEmpty())
        .toList();
  }

  static PodRequest warm(String name, String workspaceClass, String image) {
    return new PodRequest(
        name, PodNames.warmLabels(workspaceClass), false, image, List.of(), List.of(), true);
  }
}
