// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The /etc that instances see: of the machine's what programs need, everyone may read and tells
 * nothing of this machine, and files of their own for names. It is one folder, since each mount
 * makes the next one slower: one by one these took half the time of a sandbox's start.
 */
final class InstanceEtc {
  private static final Logger LOG = System.getLogger(InstanceEtc.class.getName());

  /** Of what could not be copied, as many are named. */
  private static final int MOST_NAMED = 3;

  private static final Set<String> SHOWN =
      Set.of(
          "alternatives",
          "bash.bashrc",
          "bash_completion.d",
          "bindresvport.blacklist",
          "ca-certificates",
          "ca-certificates.conf",
          "chromium",
          "chromium.d",
          "crypto-policies",
          "debian_version",
          "fonts",
          "gai.conf",
          "groff",
          "host.conf",
          "inputrc",
          "ld.so.cache",
          "ld.so.conf",
          "ld.so.conf.d",
          "locale.alias",
          "locale.conf",
          "localtime",
          "login.defs",
          "lsb-release",
          "magic",
          "magic.mime",
          "mime.types",
          "nsswitch.conf",
          "os-release",
          "pki",
          "profile",
          "profile.d",
          "protocols",
          "redhat-release",
          "rpc",
          "services",
          "shells",
          "skel",
          "ssl",
          "terminfo",
          "timezone",
          "vim",
          "wgetrc",
          "xdg",
          "xml");

  private static final List<String> FAMILIES =
      List.of("java", "jvm", "maven", "node", "perl", "php", "python", "ruby");

  private final Path source;
  private final Path folder;
  private final List<Path> places;
  private final List<String> leftOut = new ArrayList<>();

  /**
   * Nothing is made yet.
   *
   * @param source the machine's /etc
   * @param folder where nothing else is
   * @param visible what of the machine's is mounted as it is; what is not below /etc does not count
   */
  InstanceEtc(Path source, Path folder, List<Path> visible) {
    this.source = source;
    this.folder = folder;
    this.places =
        visible.stream()
            .filter(path -> path.startsWith(source))
            .map(path -> folder.resolve(source.relativize(path)))
            .toList();
  }

  Path folder() {
    return folder;
  }

  /**
   * Brings the folder up to date, for running instances too: what has not changed stays as it is,
   * and what cannot be copied, or be read as it is, is left out and said in the log.
   *
   * @param own what stands in files that instances have for themselves, by name
   */
  void refresh(Map<String, String> own) throws IOException {
    makeFolder(folder);
    leftOut.clear();
    Set<Path> kept = copyEntries(source, folder, InstanceEtc::shown);
    for (Map.Entry<String, String> file : own.entrySet()) {
      Path fresh = fresh(folder);
      Files.writeString(fresh, file.getValue());
      Path to = folder.resolve(file.getKey());
      replace(fresh, to, "rw-r--r--");
      kept.add(to.getFileName());
    }
    deleteOthers(folder, kept);
    for (Path place : places) {
      makePlace(source.resolve(folder.relativize(place)), place);
    }
    if (!leftOut.isEmpty()) {
      LOG.log(Level.WARNING, "left out of the /etc that instances see: " + named(leftOut));
    }
  }

  private static String named(List<String> faults) {
    int more = faults.size() - MOST_NAMED;
    String first = String.join("; ", faults.subList(0, Math.min(MOST_NAMED, faults.size())));
    return more > 0 ? first + "; and " + more + " more" : first;
  }

  /**
   * Copies what is in a folder, each by itself. Names are handed on as they were read: not each can
   * be written as text and read again.
   *
   * @return the names of what is there afterwards
   */
  private Set<Path> copyEntries(Path from, Path to, DirectoryStream.Filter<Path> which)
      throws IOException {
    Set<Path> kept = new HashSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(from, which)) {
      for (Path entry : entries) {
        Path name = entry.getFileName();
        if (copied(entry, to.resolve(name))) {
          kept.add(name);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return kept;
  }

  /** Whether something is there afterwards; a fault of one file is no fault of the others. */
  private boolean copied(Path entry, Path to) {
    try {
      if (!entry.getParent().equals(source)) {
        return copy(entry, to);
      }
      // What is a link here may lead where instances see nothing.
      return Files.exists(entry) && copy(entry.toRealPath(), to);
    } catch (IOException e) {
      boolean named = e instanceof FileSystemException fault && fault.getReason() != null;
      leftOut.add(entry + " (" + (named ? ((FileSystemException) e).getReason() : e) + ")");
      return false;
    }
  }

  /** What is mounted read-only needs its mount points beforehand. */
  private static void makePlace(Path shown, Path place) throws IOException {
    if (Files.isDirectory(shown)) {
      Files.createDirectories(place);
    } else if (Files.exists(shown) && !Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(place.getParent());
      Files.createFile(place);
    }
  }

  private static boolean shown(Path path) {
    String name = path.getFileName().toString();
    return SHOWN.contains(name) || FAMILIES.stream().anyMatch(name::startsWith);
  }

  /** Whether something is there afterwards. */
  private boolean copy(Path from, Path to) throws IOException {
    try {
      PosixFileAttributes attributes =
          Files.readAttributes(from, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (attributes.isSymbolicLink()) {
        return copyLink(from, to);
      }
      Set<PosixFilePermission> permissions = attributes.permissions();
      if (!permissions.contains(PosixFilePermission.OTHERS_READ)) {
        return false;
      }
      if (attributes.isDirectory()) {
        return permissions.contains(PosixFilePermission.OTHERS_EXECUTE) && copyFolder(from, to);
      }
      return attributes.isRegularFile() && copyFile(from, attributes, to);
    } catch (NoSuchFileException | AccessDeniedException e) {
      return false; // It has just gone, or is kept from the manager: so from its instances.
    }
  }

  private boolean copyLink(Path from, Path to) throws IOException {
    Path target = Files.readSymbolicLink(from);
    if (!Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
      Files.createSymbolicLink(to, target);
    } else if (!Files.isSymbolicLink(to) || !Files.readSymbolicLink(to).equals(target)) {
      Path fresh = fresh(to.getParent());
      Files.createSymbolicLink(fresh, target);
      move(fresh, to);
    }
    return true;
  }

  private boolean copyFolder(Path from, Path to) throws IOException {
    if (!Files.isDirectory(to, LinkOption.NOFOLLOW_LINKS)) {
      Files.deleteIfExists(to);
    }
    makeFolder(to);
    Set<Path> kept = copyEntries(from, to, entry -> true);
    deleteOthers(to, kept);
    return true;
  }

  private boolean copyFile(Path from, PosixFileAttributes attributes, Path to) throws IOException {
    if (Files.isRegularFile(to, LinkOption.NOFOLLOW_LINKS)
        && Files.size(to) == attributes.size()
        && micros(Files.getLastModifiedTime(to)) == micros(attributes.lastModifiedTime())) {
      return true;
    }
    Path fresh = fresh(to.getParent());
    Files.copy(from, fresh, StandardCopyOption.COPY_ATTRIBUTES);
    boolean program = attributes.permissions().contains(PosixFilePermission.OTHERS_EXECUTE);
    replace(fresh, to, program ? "rwxr-xr-x" : "rw-r--r--");
    return true;
  }

  /** Java copies a time no finer. */
  private static long micros(FileTime time) {
    return time.to(TimeUnit.MICROSECONDS);
  }

  private static void makeFolder(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** A name that nothing of the machine's has. */
  private static Path fresh(Path folder) throws IOException {
    Path fresh = folder.resolve(".atelier-new");
    Files.deleteIfExists(fresh);
    return fresh;
  }

  private void replace(Path fresh, Path to, String permissions) throws IOException {
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(permissions));
    move(fresh, to);
  }

  private void move(Path fresh, Path to) throws IOException {
    if (Files.isDirectory(to, LinkOption.NOFOLLOW_LINKS)) {
      delete(to);
    }
    Files.move(fresh, to, StandardCopyOption.ATOMIC_MOVE);
  }

  private void deleteOthers(Path folder, Set<Path> kept) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (!kept.contains(entry.getFileName())
            && places.stream().noneMatch(place -> place.startsWith(entry))) {
          delete(entry);
        }
      }
    }
  }

  private void delete(Path tree) throws IOException {
    if (Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
      deleteOthers(tree, Set.of());
    }
    Files.deleteIfExists(tree);
  }
}
