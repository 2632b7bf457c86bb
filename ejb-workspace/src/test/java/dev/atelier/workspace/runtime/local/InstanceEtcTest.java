// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceEtcTest {
  private static final Map<String, String> OWN = Map.of("passwd", "me\n");

  @TempDir Path data;

  @Test
  void showsWhatProgramsNeedAndNothingOfThisMachine() throws Exception {
    InstanceEtc etc = made(List.of());
    assertThat(etc.folder().resolve("passwd")).hasContent("me\n");
    assertThat(etc.folder().resolve("nsswitch.conf"))
        .hasSameBinaryContentAs(Path.of("/etc/nsswitch.conf"));
    assertThat(etc.folder().resolve("hostname")).doesNotExist();
    assertThat(etc.folder().resolve("shadow")).doesNotExist();
  }

  @Test
  void copiesOnlyWhatEveryoneMayRead() throws Exception {
    InstanceEtc etc = made(List.of());
    try (Stream<Path> copies = Files.walk(etc.folder())) {
      assertThat(copies.filter(copy -> !Files.isSymbolicLink(copy)))
          .isNotEmpty()
          .allMatch(copy -> openToAll(copy) && openToAll(original(etc, copy)));
    }
  }

  @Test
  void bringsBackWhatWasChangedAndLeavesTheRestAlone() throws Exception {
    InstanceEtc etc = made(List.of());
    Path broken = etc.folder().resolve("nsswitch.conf");
    Map<Path, Object> before = files(etc);
    Files.writeString(broken, "broken");
    Files.createDirectories(etc.folder().resolve("stranger/deep"));
    etc.refresh(OWN);
    assertThat(broken).hasSameBinaryContentAs(Path.of("/etc/nsswitch.conf"));
    assertThat(etc.folder().resolve("stranger")).doesNotExist();
    Map<Path, Object> after = files(etc);
    Path own = etc.folder().resolve("passwd");
    before.keySet().removeAll(List.of(broken, own));
    after.keySet().removeAll(List.of(broken, own));
    assertThat(after).isNotEmpty().isEqualTo(before);
  }

  @Test
  void keepsPlacesForWhatIsShownAsItIs() throws Exception {
    InstanceEtc etc = made(List.of(Path.of("/etc/hostname"), Path.of("/usr/share")));
    Path place = etc.folder().resolve("hostname");
    assertThat(place).isEmptyFile();
    Object same = key(place);
    etc.refresh(OWN);
    assertThat(key(place)).isEqualTo(same);
  }

  @Test
  void copiesNamesThatAreNoText() throws Exception {
    Path source = machine();
    shell(
        source, "cd ssl; n=$(printf 'F\\364tan\\377'); echo one >$n; ln -s $n $n.link; mkdir d$n");
    shell(source, "cd ssl; echo two >'größe 東'");
    InstanceEtc etc = new InstanceEtc(source, data.resolve("copy"), List.of());
    etc.refresh(OWN);
    assertThat(listing(etc.folder().resolve("ssl"))).isEqualTo(listing(source.resolve("ssl")));
    Map<Path, Object> before = files(etc);
    etc.refresh(Map.of());
    before.remove(etc.folder().resolve("passwd"));
    assertThat(files(etc)).isEqualTo(before);
  }

  @Test
  void whatCannotBeReadAsItIsIsLeftOut() throws Exception {
    Path source = machine();
    shell(source, "cd ssl; mkfifo pipe; ln -s nowhere dangling; ln -s loop loop; echo x >secret");
    shell(source, "cd ssl; chmod 000 secret; mkdir -m 700 private; echo x >private/key");
    shell(source, "ln -s nowhere fonts; ln -s xdg xdg; mkfifo magic; ln -s /proc/self/mem vim");
    InstanceEtc etc = new InstanceEtc(source, data.resolve("copy"), List.of());
    etc.refresh(OWN);
    assertThat(etc.folder().toFile().list()).containsExactlyInAnyOrder("passwd", "profile", "ssl");
    assertThat(etc.folder().resolve("ssl").toFile().list())
        .containsExactlyInAnyOrder("cert.pem", "dangling", "loop");
  }

  @Test
  void whatCannotBeCopiedIsSaidInOneLineAndTheRestIsThere() throws Exception {
    // The copy's path is too long for a file system, while the original's is not.
    String deep = ("d".repeat(200) + "/").repeat(17);
    Path source = machine();
    shell(source, "cd ssl; for n in 1 2 3 4 5; do mkdir -p $n/" + deep + "; done");
    Path far = Files.createDirectories(data.resolve(("f".repeat(200) + "/").repeat(4)));
    List<String> said = new ArrayList<>();
    InstanceEtc etc = new InstanceEtc(source, far.resolve("etc"), List.of());
    try (LogLines log = LogLines.of(InstanceEtc.class)) {
      etc.refresh(OWN);
      said.addAll(log.lines());
    }
    assertThat(said)
        .singleElement()
        .asString()
        .contains("left out of the /etc that instances see: ", "ssl/", "too long", "; and 2 more")
        .doesNotContain("\n");
    assertThat(etc.folder().resolve("ssl/cert.pem")).hasContent("cert");
    assertThat(etc.folder().resolve("profile")).hasContent("profile");
    assertThat(etc.folder().resolve("passwd")).exists();
  }

  /** A folder as a machine's /etc. */
  private Path machine() throws Exception {
    Path source = Files.createDirectory(data.resolve("machine"));
    shell(source, "mkdir ssl; echo cert >ssl/cert.pem; echo profile >profile; echo x >shadow");
    return source;
  }

  private static String listing(Path folder) throws Exception {
    return shell(
        folder,
        "for f in *; do printf %s \"$f\" | od -c; [ ! -f \"$f\" ] || cat \"$f\";"
            + " [ ! -L \"$f\" ] || readlink \"$f\" | od -c; done");
  }

  private static String shell(Path folder, String line) throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-ec", line)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).as(output).isZero();
    return output;
  }

  private InstanceEtc made(List<Path> visible) throws IOException {
    InstanceEtc etc = new InstanceEtc(Path.of("/etc"), data.resolve("etc"), visible);
    etc.refresh(OWN);
    return etc;
  }

  private static Map<Path, Object> files(InstanceEtc etc) throws IOException {
    Map<Path, Object> files = new HashMap<>();
    try (Stream<Path> copies = Files.walk(etc.folder())) {
      for (Path copy : copies.filter(Files::isRegularFile).toList()) {
        files.put(copy, key(copy));
      }
    }
    return files;
  }

  private static Object key(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }

  /** What it was copied from; itself where the instances have their own. */
  private static Path original(InstanceEtc etc, Path copy) {
    Path original = Path.of("/etc").resolve(etc.folder().relativize(copy));
    return OWN.containsKey(copy.getFileName().toString()) ? copy : original;
  }

  private static boolean openToAll(Path path) {
    try {
      return Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ)
          && Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      return false;
    }
  }
}
