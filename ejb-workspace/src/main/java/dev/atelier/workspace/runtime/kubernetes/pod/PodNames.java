// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

import dev.atelier.workspace.domain.WorkspaceType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What pods, their parts and their labels are called. */
public final class PodNames {
  /** Label with an instance's id, on everything that belongs to the instance. */
  public static final String INSTANCE = "workspace.atelier.dev/instance";

  /** Label with the type of an instance, in lower case. */
  public static final String TYPE = "workspace.atelier.dev/type";

  /** Label with the owner of an instance. */
  public static final String OWNER = "workspace.atelier.dev/owner";

  /** Label with the workspace proper. */
  public static final String META_ID = "workspace.atelier.dev/meta-id";

  /** Label of Secrets that environments may refer to. */
  public static final String ENVIRONMENT = "workspace.atelier.dev/environment";

  /** Label of volume claims whose content is saved nowhere else, and that no instance has. */
  static final String KEPT = "workspace.atelier.dev/kept";

  /** Annotation of volume claims that hold content already: what it is, for people. */
  static final String HOLDS = "workspace.atelier.dev/holds";

  /** Annotation of pods whose volume is to be snapshotted in the end: by which class. */
  static final String SNAPSHOT_CLASS = "workspace.atelier.dev/volume-snapshot-class";

  /**
   * Annotation of pods whose requests to the content store a manager signs or grants: {@link
   * #BUCKET} or {@link #FOLDER}.
   */
  static final String SIGNED = "workspace.atelier.dev/signed-requests";

  /** The keeper has its requests to a bucket signed. */
  static final String BUCKET = "true";

  /** A container beside the keeper asks whether to do what the keeper asks of it. */
  static final String FOLDER = "folder";

  /** What informers of pods select by. */
  public static final Map<String, String> SELECTOR =
      Map.of("app.kubernetes.io/managed-by", "atelier", "app.kubernetes.io/component", "workspace");

  /** Label of pods that no instance has yet: their class. */
  static final String WARM_CLASS = "workspace.atelier.dev/warm-class";

  /** Annotation of pods that were made before their instance was: what they were made like. */
  static final String WARM = "workspace.atelier.dev/warm";

  /** What informers of pods without an instance select by. */
  static final Map<String, String> WARM_SELECTOR =
      Map.of("app.kubernetes.io/managed-by", "atelier", "app.kubernetes.io/component", "warm");

  /** Holds a volume claim until its content is saved elsewhere, or let go of. */
  static final String CONTENT = "workspace.atelier.dev/content";

  /** Holds a pod until what came of it was read. */
  public static final String FINALIZER = "workspace.atelier.dev/results";

  /** Of the names of pods that were made before their instance was. */
  static final String WARM_PREFIX = "warm-";

  static final String PREPARE = "prepare";
  static final String KEEPER = "keeper";

  /** Has the volume of a folder store, which the keeper has not. */
  static final String STORE = "store";

  static final String WORKSPACE = "workspace";

  private static final List<String> PREFIXES = List.of("ws-", "prebuild-", "imagebuild-");

  private PodNames() {}

  /** The name of an instance's pod, its Secret and its volume claim. */
  public static String pod(String id, WorkspaceType type) {
    String prefix =
        switch (type) {
          case REGULAR -> "ws-";
          case PREBUILD -> "prebuild-";
          case IMAGEBUILD -> "imagebuild-";
        };
    return prefix + id;
  }

  /** The instance of a pod of that name. */
  static String instance(String pod) {
    return PREFIXES.stream()
        .filter(pod::startsWith)
        .findFirst()
        .map(prefix -> pod.substring(prefix.length()))
        .orElse(pod);
  }

  /** The labels of a pod without an instance. */
  static Map<String, String> warmLabels(String workspaceClass) {
    Map<String, String> labels = new TreeMap<>(WARM_SELECTOR);
    labels.put(WARM_CLASS, workspaceClass);
    return labels;
  }

  /** The labels of everything that belongs to an instance. */
  static Map<String, String> labels(String id, WorkspaceType type, String owner, String metaId) {
    Map<String, String> labels = new TreeMap<>(SELECTOR);
    labels.put(INSTANCE, id);
    labels.put(TYPE, type.name().toLowerCase(Locale.ROOT));
    labels.put(OWNER, owner);
    labels.put(META_ID, metaId);
    return labels;
  }
}
