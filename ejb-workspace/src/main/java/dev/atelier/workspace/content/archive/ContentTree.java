// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.ContentSandbox;
import dev.atelier.workspace.content.NativeCryptography;
import dev.atelier.workspace.content.SandboxPrograms;
import dev.atelier.workspace.content.SandboxPrograms.Program;
import dev.atelier.workspace.content.SandboxPrograms.Source;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/** The content folder of an instance as a whole: whether it changed, and how to empty it. */
public final class ContentTree {
  /** What tells one state of a file from another, whatever bytes its name has. */
  private static final String STATE = "%p\\0%y %s %T@ %C@ %i %m\\0%l\\0";

  /** Folders whose owner took his own rights away are emptied too. */
  private static final String EMPTY =
      """
      find . -xdev -mindepth 1 -delete 2>/dev/null && exit 0
      find . -xdev -mindepth 1 -type d -exec chmod u+rwx -- {} + 2>/dev/null
      exec find . -xdev -mindepth 1 -delete
      """;

  private final SandboxPrograms programs;
  private final String folder;

  /**
   * Of one instance.
   *
   * @param threads makes those that move the streams of programs; they end with them
   */
  public ContentTree(ContentSandbox sandbox, ThreadFactory threads) {
    this.programs = new SandboxPrograms(sandbox, threads);
    this.folder = sandbox.workspaceFolder();
  }

  /**
   * The same text as long as no file has changed its name, kind, size, time, inode or permissions;
   * empty when files came and went or could not be looked at meanwhile.
   *
   * @throws ContentFault when the time is over or no program can be run
   */
  public Optional<String> fingerprint(Duration timeout) throws ContentFault, InterruptedException {
    MessageDigest digest = NativeCryptography.sha256();
    List<String> find =
        Tar.asOwner("find", folder, "-ignore_readdir_race", "-xdev", "-printf", STATE);
    int code = run(find, timeout, output -> digest(output, digest), new NoteTaker());
    return code == 0 ? Optional.of(HexFormat.of().formatHex(digest.digest())) : Optional.empty();
  }

  private static void digest(InputStream output, MessageDigest digest) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    for (int n = output.read(buffer); n >= 0; n = output.read(buffer)) {
      digest.update(buffer, 0, n);
    }
  }

  /**
   * Removes everything in the folder, not the folder itself.
   *
   * @throws ContentFault when something is left, the time is over, or no program can be run
   */
  public void empty(Duration timeout) throws ContentFault, InterruptedException {
    NoteTaker notes = new NoteTaker();
    List<String> command = Tar.asOwner("sh", "-c", "cd -- \"$0\" || exit 1\n" + EMPTY, folder);
    int code = run(command, timeout, out -> out.transferTo(OutputStream.nullOutputStream()), notes);
    if (code != 0) {
      throw new ContentFault("the workspace folder cannot be emptied: " + notes.lastWords());
    }
  }

  private int run(
      List<String> command, Duration timeout, SandboxPrograms.Sink output, NoteTaker errors)
      throws ContentFault, InterruptedException {
    try {
      return programs.run(
          new Program(command, Map.of("LC_ALL", "C"), "", timeout), Source.NONE, output, errors);
    } catch (IOException e) {
      throw new ContentFault("a program cannot be run on the content: " + e.getMessage(), e);
    }
  }
}
