// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.util.regex.Pattern;

/** What may be the value of a label in Kubernetes, so that owners and workspaces can be ones. */
public final class LabelSafe {
  private static final Pattern VALUE =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");

  private LabelSafe() {}

  /** Whether it is 1 to 63 letters, digits and, inside, hyphens, underscores and dots. */
  public static boolean is(String value) {
    return VALUE.matcher(value).matches();
  }
}
