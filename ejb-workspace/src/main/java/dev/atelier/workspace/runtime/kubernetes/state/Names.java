// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What things are called on a cluster; the names are for ever. */
public final class Names {
  /** Group of the custom resources, and prefix of labels. */
  public static final String GROUP = "workspace.atelier.dev";

  /** Version of the custom resources. */
  public static final String VERSION = "v1";

  /** Whoever writes: the field manager of every write. */
  public static final String FIELD_MANAGER = "atelier";

  /** Label: the owner of what carries it. */
  public static final String OWNER_LABEL = GROUP + "/owner";

  /** Label: the workspace proper. */
  public static final String META_ID_LABEL = GROUP + "/meta-id";

  /** Label: the instance that it belongs to. */
  public static final String INSTANCE_LABEL = GROUP + "/instance";

  /** Label of secrets: what they hold. */
  public static final String SECRET_LABEL = GROUP + "/secret";

  /** Label of config maps that hold a name for an instance. */
  public static final String CLAIM_LABEL = GROUP + "/claim";

  /** Annotation of a workspace that a manager makes; one without it was made by hand. */
  public static final String MADE_BY_ANNOTATION = GROUP + "/made-by";

  /** Annotation of a workspace that has ended: which callers have heard of it. */
  static final String HEARD_ANNOTATION = GROUP + "/heard";

  /** Holds a workspace until its content is saved. */
  public static final String FINALIZER = GROUP + "/save";

  private Names() {}

  /** The secret of an instance. */
  static String secret(String id) {
    return "ws-" + id + "-secrets";
  }

  /** The config map that says who has a name. */
  static String claim(String value) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
      return "claim-" + HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
