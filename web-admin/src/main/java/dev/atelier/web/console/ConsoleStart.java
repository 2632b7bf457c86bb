// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.AdmissionLevel;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.GitIdentity;
import dev.atelier.workspace.domain.IdeImage;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.PortRequest;
import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.WorkspaceType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the form asks for, as the request that any client would send.
 *
 * @param owner whose it will be
 * @param workspace name of the workspace proper; empty: one is made of the source
 * @param source where its content comes from
 * @param image selects what runs
 * @param workspaceClass id of the class; empty: the preferred one
 * @param ports to expose
 * @param environment variables with their values
 */
record ConsoleStart(
    String owner,
    String workspace,
    Source source,
    String image,
    String workspaceClass,
    List<PortRequest> ports,
    List<EnvironmentVariable> environment) {
  /** What the form proposes: it falls to the default entry of the local runtime. */
  static final String IMAGE = "default";

  private static final int LONGEST_NAME = 40;

  /** The form's field by the end of the request's. */
  private static final Map<String, String> FIELDS =
      Map.of(
          ".remote_uri", "url",
          ".clone_taget", "branch",
          ".snapshot.snapshot", "snapshot",
          ".workspace_image", "image",
          ".class", "class",
          "metadata.owner", "owner",
          "metadata.meta_id", "workspace",
          "service_prefix", "workspace");

  /** Where content comes from. */
  sealed interface Source {
    /** The initializer that fills the folder {@code name}. */
    Initializer initializer(String name);
  }

  /**
   * A git repository.
   *
   * @param url of it
   * @param branch empty: the default one
   */
  record Repository(String url, String branch) implements Source {
    @Override
    public Initializer initializer(String name) {
      return new Initializer.Git(
          url,
          "",
          branch.isEmpty() ? CloneTargetMode.REMOTE_HEAD : CloneTargetMode.REMOTE_BRANCH,
          branch,
          name,
          Map.of(),
          GitAuthentication.NONE,
          false);
    }
  }

  /**
   * A snapshot.
   *
   * @param url as TakeSnapshot has answered it
   */
  record Snapshot(String url) implements Source {
    @Override
    public Initializer initializer(String name) {
      return new Initializer.Snapshot(url, false);
    }
  }

  /** The last backup of the workspace. */
  record Backup() implements Source {
    @Override
    public Initializer initializer(String name) {
      return new Initializer.Backup("", false);
    }
  }

  /** Copies what was given. */
  ConsoleStart {
    ports = List.copyOf(ports);
    environment = List.copyOf(environment);
  }

  /** The form's field that a field of the request comes from; empty when it is none. */
  static String formField(String field) {
    return FIELDS.entrySet().stream()
        .filter(entry -> field.endsWith(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseGet(() -> field.replaceFirst("^spec\\.(ports|envvars)\\[([0-9]+)].*$", "$1-$2"))
        .replaceFirst("^.*[.\\[].*$", "");
  }

  StartRequest request(String id) {
    String name = repository();
    String metaId = workspace.isEmpty() ? name + "-" + id.substring(0, 8) : workspace;
    StartRequest.Spec spec =
        new StartRequest.Spec(
            image,
            IdeImage.NONE,
            List.of(),
            List.of(),
            source.initializer(name),
            ports,
            environment,
            List.of(),
            source instanceof Repository ? name : "/",
            GitIdentity.NONE,
            "",
            "",
            "",
            AdmissionLevel.OWNER_ONLY,
            workspaceClass,
            List.of());
    StartRequest.Metadata metadata =
        new StartRequest.Metadata(owner, metaId, Map.of(), Optional.empty(), Optional.empty());
    // Two owners may call theirs the same; a host name is one's alone.
    String prefix = workspace.isEmpty() ? metaId : id;
    return new StartRequest(id, prefix, WorkspaceType.REGULAR, metadata, spec, List.of());
  }

  /** The repository's own name, made fit for a host name. */
  String repository() {
    String url = source instanceof Repository repository ? repository.url() : "";
    String path = url.replaceFirst("[?#].*$", "").replaceFirst("/+$", "");
    String last = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    String name =
        last.replaceFirst("\\.git$", "").replaceAll("[^a-z0-9]+", "-").replaceFirst("^[0-9-]+", "");
    String cut = name.substring(0, Math.min(LONGEST_NAME, name.length())).replaceFirst("-+$", "");
    return cut.isEmpty() ? "workspace" : cut;
  }
}
