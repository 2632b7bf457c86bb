package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
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

  private InstanceEtc made(List<Path> visible) throws IOException {
    InstanceEtc etc = new InstanceEtc(data.resolve("etc"), visible);
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
