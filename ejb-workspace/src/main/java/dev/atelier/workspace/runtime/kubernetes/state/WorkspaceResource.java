// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * An instance on a cluster: its spec is what was asked for and never changes, its status all that
 * is known. Trees, not types: one that somebody made by hand must not keep a list from being read.
 */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Kind("Workspace")
@Plural("workspaces")
public final class WorkspaceResource extends CustomResource<ObjectNode, ObjectNode>
    implements Namespaced {
  private static final long serialVersionUID = 1L;

  /** Whether it is being deleted. */
  boolean deletionRequested() {
    return getMetadata().getDeletionTimestamp() != null;
  }
}
