// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import dev.atelier.workspace.domain.AdmissionLevel;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.FeatureFlag;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.GitIdentity;
import dev.atelier.workspace.domain.IdeImage;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.PortProtocol;
import dev.atelier.workspace.domain.PortRequest;
import dev.atelier.workspace.domain.PortVisibility;
import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.WorkspaceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads what a start asks for; its fields have the names of the wire. */
final class StartBody {
  private static final int MAX_DEPTH = 16;
  private static final int MAX_STEPS = 1_000;

  private int steps;

  private StartBody() {}

  /**
   * Reads it.
   *
   * @param owner whose it will be where it does not say
   */
  static StartRequest read(Body body, String owner) {
    Body metadata = body.object("metadata");
    StartRequest.Metadata who =
        body.has("metadata")
            ? new StartRequest.Metadata(
                metadata.has("owner") ? metadata.text("owner") : owner,
                metadata.text("meta_id"),
                metadata.map("annotations"),
                metadata.optionalText("team"),
                metadata.optionalText("project"))
            : null;
    metadata.unknown();
    Body spec = body.object("spec");
    StartRequest.Spec what = body.has("spec") ? new StartBody().spec(spec) : null;
    spec.unknown();
    String id = body.text("id");
    String prefix = body.text("service_prefix");
    WorkspaceType type = body.constant("type", WorkspaceType.class, WorkspaceType.REGULAR);
    body.unknown();
    if (prefix.isEmpty() && type == WorkspaceType.REGULAR && who != null) {
      // Where people leave it out they mean the workspace's own name.
      prefix = who.metaId();
    }
    return new StartRequest(id, prefix, type, who, what, body.violations());
  }

  private StartRequest.Spec spec(Body spec) {
    Body ide = spec.object("ide_image");
    IdeImage ideImage = new IdeImage(ide.text("web_ref"), ide.text("supervisor_ref"));
    ide.unknown();
    Body git = spec.object("git");
    GitIdentity identity = new GitIdentity(git.text("username"), git.text("email"));
    git.unknown();
    Initializer initializer = null;
    if (spec.has("initializer")) {
      Body how = spec.object("initializer");
      initializer = initializer(how, 0);
      how.unknown();
    }
    return new StartRequest.Spec(
        spec.text("workspace_image"),
        ideImage,
        spec.texts("ide_image_layers"),
        flags(spec),
        initializer,
        spec.objects("ports", (port, at) -> port(port, port.number("port"))),
        spec.objects("envvars", (one, at) -> variable(one)),
        spec.objects("sys_envvars", (one, at) -> variable(one)),
        spec.text("workspace_location"),
        identity,
        spec.text("timeout"),
        spec.text("closed_timeout"),
        spec.text("maximum_lifetime"),
        spec.constant("admission", AdmissionLevel.class, AdmissionLevel.OWNER_ONLY),
        spec.text("class"),
        spec.texts("ssh_public_keys"));
  }

  private static List<FeatureFlag> flags(Body spec) {
    List<FeatureFlag> flags = new ArrayList<>();
    List<String> names = spec.texts("feature_flags");
    for (int i = 0; i < names.size(); i++) {
      try {
        flags.add(FeatureFlag.valueOf(names.get(i).toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        spec.wrong("feature_flags[" + i + "]", "is not a known flag");
      }
    }
    return flags;
  }

  /** A port with a number that is given elsewhere. */
  static PortRequest port(Body port, long number) {
    // A value of an answer may be sent back.
    String unused = port.text("url");
    return new PortRequest(
        number,
        port.constant("visibility", PortVisibility.class, PortVisibility.PRIVATE),
        port.constant("protocol", PortProtocol.class, PortProtocol.HTTP));
  }

  private static EnvironmentVariable variable(Body one) {
    Body secret = one.object("secret");
    Optional<EnvironmentVariable.SecretKey> key =
        one.has("secret")
            ? Optional.of(
                new EnvironmentVariable.SecretKey(secret.text("secret_name"), secret.text("key")))
            : Optional.empty();
    secret.unknown();
    return new EnvironmentVariable(one.text("name"), one.text("value"), key);
  }

  private Initializer initializer(Body how, int depth) {
    if (++steps > MAX_STEPS || depth > MAX_DEPTH) {
      how.wrong("", "too many initializers, or too deep in each other");
      return new Initializer.Empty();
    }
    List<Initializer> set = new ArrayList<>();
    one(how, "empty", body -> set.add(new Initializer.Empty()));
    one(how, "git", body -> set.add(git(body)));
    one(how, "snapshot", body -> set.add(snapshot(body)));
    one(how, "prebuild", body -> set.add(prebuild(body)));
    one(how, "composite", body -> set.add(composite(body, depth)));
    one(how, "download", body -> set.add(download(body)));
    one(how, "backup", body -> set.add(backup(body)));
    if (set.size() > 1) {
      how.wrong("", "more than one initializer is set");
    }
    return set.isEmpty() ? new Initializer.Empty() : set.get(0);
  }

  private static void one(Body how, String field, Consumer<Body> read) {
    Body body = how.object(field);
    if (how.has(field)) {
      read.accept(body);
      body.unknown();
    }
  }

  private static Initializer.Git git(Body git) {
    Body config = git.object("config");
    GitAuthentication authentication =
        new GitAuthentication(
            Objects.requireNonNullElse(
                config.constant(
                    "authentication",
                    GitAuthentication.Method.class,
                    GitAuthentication.Method.NONE),
                GitAuthentication.Method.NONE),
            config.text("auth_user"),
            config.text("auth_password"),
            config.text("auth_ots"));
    var custom = config.map("custom_config");
    config.unknown();
    return new Initializer.Git(
        git.text("remote_uri"),
        git.text("upstream_Remote_uri"),
        Objects.requireNonNullElse(
            git.constant("target_mode", CloneTargetMode.class, CloneTargetMode.REMOTE_HEAD),
            CloneTargetMode.REMOTE_HEAD),
        git.text("clone_taget"),
        git.text("checkout_location"),
        custom,
        authentication,
        git.flag("full_clone"));
  }

  private static Initializer.Snapshot snapshot(Body snapshot) {
    return new Initializer.Snapshot(
        snapshot.text("snapshot"), snapshot.flag("from_volume_snapshot"));
  }

  private Initializer prebuild(Body prebuild) {
    Body from = prebuild.object("prebuild");
    Optional<Initializer.Snapshot> snapshot =
        prebuild.has("prebuild") ? Optional.of(snapshot(from)) : Optional.empty();
    from.unknown();
    return new Initializer.Prebuild(snapshot, prebuild.objects("git", (one, at) -> git(one)));
  }

  private Initializer composite(Body composite, int depth) {
    return new Initializer.Composite(
        composite.objects("initializer", (one, at) -> initializer(one, depth + 1)));
  }

  private static Initializer download(Body download) {
    return new Initializer.Download(
        download.objects(
            "files",
            (file, at) ->
                new Initializer.FileInfo(
                    file.text("url"), file.text("file_path"), file.text("digest"))),
        download.text("target_location"));
  }

  private static Initializer backup(Body backup) {
    return new Initializer.Backup(
        backup.text("checkout_location"), backup.flag("from_volume_snapshot"));
  }
}
