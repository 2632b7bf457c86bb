// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/**
 * Where an instance was placed; each empty until then and fixed from then on.
 *
 * @param nodeName the node, or this host
 * @param podName the pod, or what the local runtime calls the instance
 * @param nodeIp the node's address
 */
public record RuntimeInfo(String nodeName, String podName, String nodeIp) {
  /** Not placed. */
  public static final RuntimeInfo NONE = new RuntimeInfo("", "", "");
}
