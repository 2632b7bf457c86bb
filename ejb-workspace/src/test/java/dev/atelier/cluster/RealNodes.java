// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cluster;

import io.fabric8.kubernetes.api.model.ContainerImage;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Optional;
import java.util.function.Predicate;

/** Nodes that have images of containers, which nodes that tests play never have. */
public final class RealNodes {
  private RealNodes() {}

  /** The address of one that has such an image. */
  public static Optional<String> address(KubernetesClient client, Predicate<ContainerImage> image) {
    return client.nodes().list().getItems().stream()
        .map(Node::getStatus)
        .filter(node -> node.getImages().stream().anyMatch(image))
        .flatMap(node -> node.getAddresses().stream())
        .filter(one -> one.getType().equals("InternalIP"))
        .map(NodeAddress::getAddress)
        .findFirst();
  }
}
