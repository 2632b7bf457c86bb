package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
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
  private static final Path SOURCE = Path.of("/etc");

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

  private final Path folder;
  private final List<Path> places;

  /**
   * Nothing is made yet.
   *
   * @param folder where nothing else is
   * @param visible what of the machine's is mounted as it is; what is not below /etc does not count
   */
  InstanceEtc(Path folder, List<Path> visible) {
    this.folder = folder;
    this.places =
        visible.stream()
            .filter(path -> path.startsWith(SOURCE))
            .map(path -> folder.resolve(SOURCE.relativize(path)))
            .toList();
  }

  Path folder() {
    return folder;
  }

  /**
   * Brings the folder up to date, for running instances too: what has not changed stays as it is.
   *
   * @param own what stands in files that instances have for themselves, by name
   */
  void refresh(Map<String, String> own) throws IOException {
    makeFolder(folder);
    Set<String> kept = new HashSet<>(own.keySet());
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(SOURCE, InstanceEtc::shown)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        // What is a link here may lead where instances see nothing.
        if (Files.exists(entry) && copy(entry.toRealPath(), folder.resolve(name))) {
          kept.add(name);
        }
      }
    }
    for (Map.Entry<String, String> file : own.entrySet()) {
      Path fresh = fresh(folder);
      Files.writeString(fresh, file.getValue());
      replace(fresh, folder.resolve(file.getKey()), "rw-r--r--");
    }
    deleteOthers(folder, kept);
    for (Path place : places) {
      makePlace(SOURCE.resolve(folder.relativize(place)), place);
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
    Set<String> kept = new HashSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(from)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (copy(entry, to.resolve(name))) {
          kept.add(name);
        }
      }
    }
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

  private void deleteOthers(Path folder, Set<String> kept) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (!kept.contains(entry.getFileName().toString())
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
