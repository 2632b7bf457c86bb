package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.AdmissionLevel;
import dev.atelier.workspace.domain.GitIdentity;
import dev.atelier.workspace.domain.IdeImage;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.WorkspaceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What clients ask to start. */
final class Requests {
  private Requests() {}

  static StartRequest of(World world, String id, String metaId) {
    WorkspaceType type =
        world.chance(0.6)
            ? WorkspaceType.REGULAR
            : world.oneOf(WorkspaceType.PREBUILD, WorkspaceType.PREBUILD, WorkspaceType.IMAGEBUILD);
    return new StartRequest(
        id,
        metaId,
        type,
        new StartRequest.Metadata("owner", metaId, Map.of(), Optional.empty(), Optional.empty()),
        new StartRequest.Spec(
            "image",
            IdeImage.NONE,
            List.of(),
            List.of(),
            new Initializer.Empty(),
            List.of(),
            List.of(),
            List.of(),
            "/",
            GitIdentity.NONE,
            world.oneOf("", "", "45s", "10m"),
            world.oneOf("", "", "0", "1m"),
            world.oneOf("", "", "2h"),
            AdmissionLevel.OWNER_ONLY,
            "",
            List.of()),
        List.of());
  }
}
