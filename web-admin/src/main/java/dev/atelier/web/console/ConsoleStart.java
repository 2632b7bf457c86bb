package dev.atelier.web.console;

import dev.atelier.workspace.domain.AdmissionLevel;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.GitIdentity;
import dev.atelier.workspace.domain.IdeImage;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.WorkspaceType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the form asks for, as the request that any client would send.
 *
 * @param url of the repository
 * @param branch empty: the default one
 * @param image selects what runs
 * @param workspaceClass id of the class; empty: the preferred one
 */
record ConsoleStart(String url, String branch, String image, String workspaceClass) {
  /** What the form proposes: it falls to the default entry of the local runtime. */
  static final String IMAGE = "default";

  /** Whose instances are that the page starts, until people sign in. */
  static final String OWNER = "console";

  private static final int LONGEST_NAME = 40;

  /** The form's field by the end of the request's. */
  private static final Map<String, String> FIELDS =
      Map.of(
          ".remote_uri", "url",
          ".clone_taget", "branch",
          ".workspace_image", "image",
          ".class", "class");

  /** The form's field that a field of the request comes from; empty when it is none. */
  static String formField(String field) {
    return FIELDS.entrySet().stream()
        .filter(entry -> field.endsWith(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  StartRequest request(String id) {
    String repository = repository();
    String metaId = repository + "-" + id.substring(0, 8);
    Initializer git =
        new Initializer.Git(
            url,
            "",
            branch.isEmpty() ? CloneTargetMode.REMOTE_HEAD : CloneTargetMode.REMOTE_BRANCH,
            branch,
            repository,
            Map.of(),
            GitAuthentication.NONE,
            false);
    StartRequest.Spec spec =
        new StartRequest.Spec(
            image,
            IdeImage.NONE,
            List.of(),
            List.of(),
            git,
            List.of(),
            List.of(),
            List.of(),
            repository,
            GitIdentity.NONE,
            "",
            "",
            "",
            AdmissionLevel.OWNER_ONLY,
            workspaceClass,
            List.of());
    StartRequest.Metadata metadata =
        new StartRequest.Metadata(OWNER, metaId, Map.of(), Optional.empty(), Optional.empty());
    return new StartRequest(id, metaId, WorkspaceType.REGULAR, metadata, spec, List.of());
  }

  /** The repository's own name, made fit for a host name. */
  String repository() {
    String path = url.replaceFirst("[?#].*$", "").replaceFirst("/+$", "");
    String last = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    String name =
        last.replaceFirst("\\.git$", "").replaceAll("[^a-z0-9]+", "-").replaceFirst("^[0-9-]+", "");
    String cut = name.substring(0, Math.min(LONGEST_NAME, name.length())).replaceFirst("-+$", "");
    return cut.isEmpty() ? "workspace" : cut;
  }
}
