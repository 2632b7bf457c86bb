// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One variable of an instance's environment. Its value is a secret.
 *
 * @param name one that is {@link #usable}
 * @param value at most {@link #LONGEST} bytes with the name; when it is not empty, {@code secret}
 *     is ignored
 * @param secret where else the value is
 */
public record EnvironmentVariable(String name, String value, Optional<SecretKey> secret) {

  /** What Linux takes as one string, 128 KiB, less the equals sign, the end and a byte. */
  public static final int LONGEST = 131_069;

  private static final Pattern USABLE = Pattern.compile("[-._a-zA-Z][-._a-zA-Z0-9]*");
  private static final String RESERVED = "GITPOD_";
  private static final Set<String> OPEN_TO_USERS =
      Set.of(
          "GITPOD_WORKSPACE_CONTEXT",
          "GITPOD_WORKSPACE_CONTEXT_URL",
          "GITPOD_TASKS",
          "GITPOD_RESOLVED_EXTENSIONS",
          "GITPOD_EXTERNAL_EXTENSIONS",
          "GITPOD_WORKSPACE_CLASS_INFO",
          "GITPOD_IDE_ALIAS",
          "GITPOD_RLIMIT_CORE",
          "GITPOD_IMAGE_AUTH");

  /** Whether a value is short enough for this variable, wherever the value is from. */
  public boolean holds(String some) {
    return name.getBytes(StandardCharsets.UTF_8).length
            + some.getBytes(StandardCharsets.UTF_8).length
        <= LONGEST;
  }

  /**
   * A value that is kept outside of the request.
   *
   * @param secretName name of the Secret, or locally of a folder below the secrets folder
   * @param key the key in it, or locally the file's name
   */
  public record SecretKey(String secretName, String key) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,252})?");

    /** What Kubernetes takes for a key; none of them leads out of a folder. */
    private static final Pattern KEY = Pattern.compile("(?!\\.(\\.|$))[A-Za-z0-9._-]{1,253}");

    /** Whether a secret may have that name. */
    public boolean named() {
      return NAME.matcher(secretName).matches();
    }

    /** Whether a secret may have that key. */
    public boolean keyed() {
      return KEY.matcher(key).matches();
    }
  }

  /** A variable with a value of its own. */
  public static EnvironmentVariable of(String name, String value) {
    return new EnvironmentVariable(name, value, Optional.empty());
  }

  /**
   * Whether a variable may have that name, as Kubernetes has it: letters, digits, underscores, dots
   * and hyphens, not beginning with a digit.
   */
  public static boolean usable(String name) {
    return USABLE.matcher(name).matches();
  }

  /** Whether it counts among a user's variables: not when its name is kept for the platform. */
  public boolean openToUsers() {
    return !name.startsWith(RESERVED) || OPEN_TO_USERS.contains(name);
  }

  @Override
  public String toString() {
    return "EnvironmentVariable[" + name + "]";
  }
}
