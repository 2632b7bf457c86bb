// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.SandboxPrograms.Sink;
import dev.atelier.workspace.content.SandboxPrograms.Source;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The submodules of a checkout and other repositories in it. Git would enter them and read what is
 * configured there: so it is kept from seeing them, and what a status says of them is found here.
 *
 * <p>Paths are strings of bytes (ISO 8859-1).
 */
final class NestedRepositories {
  /** The index without what git would enter. */
  static final String INDEX = "index";

  /** The index that has every repository for a submodule: git does not look for files in those. */
  static final String WALLED_INDEX = "index-walled";

  private static final int MOST = 10_000;
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

  /** A line of {@code git ls-files -v -s -z}: state, mode, object, stage, and the path behind. */
  private static final Pattern ENTRY =
      Pattern.compile("(.) ([0-7]+) ([0-9a-f]+) ([0-3])\t(.*)", Pattern.DOTALL);

  private final OwnRepository own;
  private final String object;

  /** Every folder with a repository, until those have gone that git needs not be kept from. */
  private final Set<String> found = new TreeSet<>();

  /**
   * Of submodules, the commit that the index has; those that git itself leaves alone are not in it.
   */
  private final Map<String, String> submodules = new TreeMap<>();

  /** Paths that the index has as submodules, in whatever state. */
  private final Set<String> links = new HashSet<>();

  /** Tracked files that are a repository now. */
  private final Set<String> replaced = new TreeSet<>();

  private String pipe = "";

  private NestedRepositories(OwnRepository own, String format) {
    this.own = own;
    this.object = "1".repeat(format.equals("sha256") ? 64 : 40);
  }

  /**
   * Finds them, and makes the two indexes.
   *
   * @param format of the objects: sha1 or sha256
   */
  static NestedRepositories hidden(OwnRepository own, String format)
      throws ContentFault, InterruptedException {
    NestedRepositories nested = new NestedRepositories(own, format);
    own.script(RepositoryScripts.NESTED, Source.NONE, paths(nested::take));
    if (!nested.pipe.isEmpty()) {
      throw new ContentFault("git would read a pipe: " + shown(nested.pipe));
    }
    own.git(INDEX, Source.NONE, paths(nested::takeEntry), "ls-files", "-v", "-s", "-z");
    nested.bound();
    nested.hide();
    return nested;
  }

  private static Sink paths(Records.Taker taker) {
    return new Records((byte) 0, OwnRepository.PATH_LIMIT, ISO_8859_1, taker);
  }

  private void take(String entry) {
    String path = entry.substring(1);
    if (entry.charAt(0) == 'p') {
      pipe = path;
    } else if (found.size() <= MOST) {
      found.add(path.substring(0, path.lastIndexOf('/')));
    }
  }

  private void takeEntry(String line) {
    Matcher entry = ENTRY.matcher(line);
    if (!entry.matches()) {
      return;
    }
    String path = entry.group(5);
    if (entry.group(2).equals("160000")) {
      if (links.size() <= MOST) {
        links.add(path);
      }
      // Not what is unmerged, outside of a sparse checkout, or said to be unchanged.
      if (entry.group(4).equals("0") && entry.group(1).equals("H") && submodules.size() <= MOST) {
        submodules.put(path, entry.group(3));
      }
    } else if (found.contains(path)) {
      replaced.add(path);
    }
    if (!found.isEmpty()) {
      // Git does not ask whether a folder with tracked files is a repository.
      for (int at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
        found.remove(path.substring(0, at));
      }
    }
  }

  private void bound() throws ContentFault {
    if (found.size() > MOST || links.size() > MOST) {
      throw new ContentFault("there are more than " + MOST + " repositories in the checkout");
    }
  }

  private void hide() throws ContentFault, InterruptedException {
    found.removeIf(path -> below(path, found) || below(path, links));
    if (!replaced.isEmpty()) {
      List<String> gone =
          replaced.stream().map(path -> "0 " + "0".repeat(object.length()) + "\t" + path).toList();
      update(INDEX, gone, "--index-info");
    }
    if (!submodules.isEmpty()) {
      update(INDEX, submodules.keySet(), "--assume-unchanged", "--stdin");
    }
    own.script(
        RepositoryScripts.OWN
            + "! test -e \"$own/index\" || cp -p \"$own/index\" \"$own/index-walled\"",
        Source.NONE,
        paths(line -> {}));
    List<String> walls =
        found.stream()
            .filter(path -> !links.contains(path))
            .map(path -> "160000 " + object + " 0\t" + path)
            .toList();
    if (!walls.isEmpty()) {
      update(WALLED_INDEX, walls, "--add", "--replace", "--index-info");
    }
  }

  private void update(String index, Collection<String> lines, String... how)
      throws ContentFault, InterruptedException {
    List<String> command = new ArrayList<>(List.of("update-index", "-z"));
    command.addAll(List.of(how));
    own.git(index, OwnRepository.entries(lines), paths(l -> {}), command.toArray(String[]::new));
  }

  /** Whether a folder above it is one of these. */
  private static boolean below(String path, Set<String> folders) {
    for (int at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      if (folders.contains(path.substring(0, at))) {
        return true;
      }
    }
    return false;
  }

  /** Those that are not at the commit that the index has, or no more there. */
  Set<String> changed() throws ContentFault, InterruptedException {
    Set<String> changed = new TreeSet<>(replaced);
    List<String> asked = List.copyOf(submodules.keySet());
    List<String> heads = new ArrayList<>();
    if (!asked.isEmpty()) {
      own.script(
          RepositoryScripts.HEADS,
          OwnRepository.entries(asked),
          paths(
              head -> {
                if (heads.size() < asked.size()) {
                  heads.add(head.strip());
                }
              }));
    }
    for (int i = 0; i < heads.size(); i++) {
      String head = heads.get(i);
      boolean moved = COMMIT.matcher(head).matches() && !head.equals(submodules.get(asked.get(i)));
      if (moved || head.equals("gone")) {
        changed.add(asked.get(i));
      }
    }
    return changed;
  }

  /** Those that are neither submodules nor ignored, as a status names them. */
  List<String> untracked() throws ContentFault, InterruptedException {
    Set<String> untracked = new TreeSet<>(found);
    untracked.removeAll(links);
    untracked.removeAll(replaced);
    if (!untracked.isEmpty()) {
      List<String> asked = List.copyOf(untracked);
      own.ask(
          INDEX,
          OwnRepository.entries(asked),
          paths(untracked::remove),
          "check-ignore",
          "-z",
          "--stdin",
          "--no-index");
    }
    return untracked.stream().map(path -> path + "/").toList();
  }

  /** As people read it: bytes that are not UTF-8 are replaced. */
  static String shown(String path) {
    return new String(path.getBytes(ISO_8859_1), UTF_8);
  }
}
