// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.ExposedPort;
import dev.atelier.workspace.domain.PortRequest;
import dev.atelier.workspace.domain.WorkspaceSpec;
import java.util.List;

/**
 * Where instances and their ports are served: templates with {@code {prefix}}, {@code {id}}, {@code
 * {host}} and, for ports, {@code {port}}.
 *
 * @param workspace of an instance
 * @param port of a port
 * @param host for {@code {host}}
 */
public record WorkspaceUrls(String workspace, String port, String host) {

  /** Where an instance is served. */
  public String of(String id, String prefix) {
    return fill(workspace, id, prefix);
  }

  /** A port of an instance, with where it is served. */
  public ExposedPort port(String id, WorkspaceSpec spec, PortRequest request) {
    return port(id, spec.urlPrefix(), request);
  }

  /** Ports of an instance, with where they are served. */
  List<ExposedPort> ports(String id, String prefix, List<PortRequest> requests) {
    return requests.stream().map(request -> port(id, prefix, request)).toList();
  }

  private ExposedPort port(String id, String prefix, PortRequest request) {
    String url = fill(port, id, prefix).replace("{port}", Long.toString(request.port()));
    return new ExposedPort(
        Math.toIntExact(request.port()), request.visibility(), request.protocol(), url);
  }

  private String fill(String template, String id, String prefix) {
    return template.replace("{host}", host).replace("{prefix}", prefix).replace("{id}", id);
  }
}
