// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Runs programs on the files of one instance, as the instance's user, where they can harm nothing
 * else: they see the content folder, a home of their own that the instance does not see, and the
 * system's programs read-only. All work on an instance's files is done by programs in here.
 */
public interface ContentSandbox {
  /** What a program reaches. */
  enum Network {
    /** Nothing, wherever the machine lets a program be kept from all networks. */
    NONE,
    /** What the manager itself reaches: for what fetches, through the way out that it is given. */
    HOST
  }

  /** The absolute path at which programs in the sandbox see the content folder. */
  String workspaceFolder();

  /**
   * Starts a program. Its streams are pipes. It belongs to the instance: it ends with {@link
   * Process#destroyForcibly()}, all its children with it, and is not left running when the manager
   * ends or has ended.
   *
   * @param command program and arguments; never a secret, for the process list shows them
   * @param environment added to HOME, PATH, USER and LANG; may hold secrets
   * @param directory working folder, relative to the workspace folder; empty: that folder itself
   * @param network what it reaches
   */
  Process start(
      List<String> command, Map<String, String> environment, String directory, Network network)
      throws IOException;
}
