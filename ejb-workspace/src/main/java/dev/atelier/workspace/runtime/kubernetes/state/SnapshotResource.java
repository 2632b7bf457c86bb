// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;

/** A snapshot on a cluster. */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Kind("Snapshot")
@Plural("snapshots")
public final class SnapshotResource extends CustomResource<ObjectNode, ObjectNode>
    implements Namespaced {
  private static final long serialVersionUID = 1L;
}
