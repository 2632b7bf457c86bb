// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.StartRequestMetadataBuilder;
import dev.atelier.workspace.domain.StartRequestSpecBuilder;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.domain.Workspaces;

/** What clients ask to start. */
final class Requests {
  private Requests() {}

  static StartRequest of(World world, String id, String metaId) {
    StartRequest right = Workspaces.request(id);
    WorkspaceType type =
        world.chance(0.6)
            ? WorkspaceType.REGULAR
            : world.oneOf(WorkspaceType.PREBUILD, WorkspaceType.PREBUILD, WorkspaceType.IMAGEBUILD);
    return right.with(
        r ->
            r.type(type)
                .servicePrefix(metaId)
                .metadata(
                    StartRequestMetadataBuilder.builder(right.metadata()).metaId(metaId).build())
                .spec(
                    StartRequestSpecBuilder.builder(right.spec())
                        .timeout(world.oneOf("", "", "45s", "10m"))
                        .closedTimeout(world.oneOf("", "", "0", "1m"))
                        .workspaceClass(world.oneOf("", "often", "often", "seldom"))
                        .maximumLifetime(world.oneOf("", "", "2h"))
                        .build()));
  }
}
