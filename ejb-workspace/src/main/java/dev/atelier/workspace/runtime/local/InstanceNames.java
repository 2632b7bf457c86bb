// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How names become addresses in an instance. */
final class InstanceNames {
  static final String LOCALHOST = "127.0.0.1 localhost\n::1 localhost\n";

  private InstanceNames() {}

  /**
   * A resolv.conf of those servers; how names are looked for with them is as on the machine.
   *
   * @param machines lines of the machine's own one
   */
  static String resolving(List<String> servers, List<String> machines) {
    return Stream.concat(
            servers.stream().map(server -> "nameserver " + server),
            machines.stream().map(String::strip).filter(InstanceNames::saysHow))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  private static boolean saysHow(String line) {
    return List.of("search", "domain", "options").contains(line.split("\\s", 2)[0]);
  }

  static List<String> lines(Path file) throws IOException {
    // A comment may be in any encoding.
    return Files.isReadable(file)
        ? Files.readAllLines(file, StandardCharsets.ISO_8859_1)
        : List.of();
  }

  /**
   * Writes the instance's own /etc/hosts, in which its host name leads to itself.
   *
   * @param ownNetwork whether it has one; else the names are the machine's
   */
  static void writeHosts(InstanceFolder folder, boolean ownNetwork) throws IOException {
    String names = ownNetwork ? LOCALHOST : String.join("\n", lines(Path.of("/etc/hosts"))) + "\n";
    Files.deleteIfExists(folder.hosts());
    Files.writeString(
        folder.hosts(), names + "127.0.0.1 " + folder.id() + "\n", StandardCharsets.ISO_8859_1);
    Files.setPosixFilePermissions(folder.hosts(), PosixFilePermissions.fromString("rw-r--r--"));
  }
}
