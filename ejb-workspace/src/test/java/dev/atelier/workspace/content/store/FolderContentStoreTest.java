// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.LeftOut;
import dev.atelier.workspace.content.store.ContentStoreFault.Kind;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderContentStoreTest implements ContentStoreContract {
  @TempDir Path folder;
  private ContentStore store;

  @BeforeEach
  void open() throws IOException {
    store = storeIn(Duration.ZERO);
  }

  @Override
  public ContentStore store() {
    return store;
  }

  @Override
  public ContentStore storeIn(Duration future) throws IOException {
    return new FolderContentStore(folder.resolve("store"), ContentStoreContract.clockIn(future));
  }

  @Override
  public long leftovers() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("store/unfinished"))) {
      return files.count();
    }
  }

  @Override
  public Process writer() throws IOException {
    return OpenUpload.start(Map.of(), folder.resolve("store").toString());
  }

  @Override
  public Duration abandoned() {
    return Duration.ofMinutes(2);
  }

  @Test
  void othersSeeNothing() throws IOException {
    ContentStoreContract.put(store, "a/b/c", new byte[1]);
    try (Stream<Path> files = Files.walk(folder.resolve("store"))) {
      assertThat(files)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------"));
    }
  }

  @Test
  void emptyFoldersArePruned() throws IOException {
    ContentStoreContract.put(store, "a/b/c", new byte[1]);
    ContentStoreContract.put(store, "a/d", new byte[1]);
    store.delete("a/b/c");
    assertThat(folder.resolve("store/objects/a/b")).doesNotExist();
    store.delete("a/d");
    assertThat(folder.resolve("store/objects")).isEmptyDirectory();
  }

  @Test
  void writersAndDeletersOfOneFolderDoNotHinderEachOther() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<Void>> workers = new ArrayList<>();
      for (int worker = 0; worker < 4; worker++) {
        String name = "a/b/c" + worker;
        workers.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    ContentStoreContract.put(store, name, new byte[1]);
                    assertThat(ContentStoreContract.get(store, name)).hasSize(1);
                    store.delete(name);
                  }
                  return null;
                }));
      }
      for (Future<Void> worker : workers) {
        worker.get();
      }
    } finally {
      pool.shutdown();
    }
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void anUploadOfThisProcessIsNeverSweptHoweverOld() throws IOException {
    try (ContentStore.Upload upload = store.begin("a");
        ContentStore later = storeIn(Duration.ofDays(30))) {
      upload.stream().write(1);
      later.sweep();
      upload.commit();
    }
    assertThat(ContentStoreContract.names(store, "")).containsExactly("a");
  }

  @Test
  void anUploadOfAnotherProcessIsNotSweptWhileItLives() throws Exception {
    Process writer = writer();
    try (ContentStore later = storeIn(Duration.ofDays(30))) {
      assertThat(writer.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("written");
      later.sweep();
      assertThat(leftovers()).isEqualTo(1);
    } finally {
      writer.destroyForcibly().waitFor();
    }
  }

  @Test
  void aFolderThatIsGoneIsAwayAndNotEmpty() throws IOException {
    Files.delete(folder.resolve("store/objects"));
    Files.delete(folder.resolve("store/unfinished"));
    ContentStoreContract.refused(store, Kind.UNAVAILABLE, "is its file system mounted?");
  }

  @Test
  void aFileInTheWayIsSaid() throws IOException {
    Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> new FolderContentStore(folder.resolve("file"), InstantSource.system()))
        .isInstanceOf(ContentStoreFault.class)
        .hasMessageContaining("cannot be made");
  }

  @Test
  void aFullDiskLeavesNothingAndIsSaid() throws Exception {
    List<String> unshare = List.of("unshare", "--mount", "--propagation", "private");
    boolean mounts = runs(unshare, "true");
    LeftOut.unless(mounts, "there are no mount namespaces", "a folder on a full disk");
    Path full = Files.createDirectory(folder.resolve("full"));
    Process process =
        new ProcessBuilder(
                Stream.concat(
                        unshare.stream(),
                        Stream.of(
                            "sh",
                            "-c",
                            "mount -t tmpfs -o size=4m none \"$1\" && exec \"$2\" -cp \"$3\" \"$4\""
                                + " \"$1\"",
                            "sh",
                            full.toString(),
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            System.getProperty("java.class.path"),
                            FullDisk.class.getName()))
                    .toList())
            .redirectError(new File("/dev/null"))
            .start();
    try {
      assertThat(process.inputReader(StandardCharsets.UTF_8).lines())
          .hasSize(3)
          .satisfiesExactly(
              write -> assertThat(write).startsWith("UNAVAILABLE").contains("no space left; free"),
              left -> assertThat(left).isEqualTo("0 objects, 0 unfinished"),
              again -> assertThat(again).isEqualTo("1 objects, 0 unfinished"));
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static boolean runs(List<String> command, String program)
      throws IOException, InterruptedException {
    boolean runs =
        Files.isExecutable(Path.of("/usr/bin/unshare"))
            && new ProcessBuilder(Stream.concat(command.stream(), Stream.of(program)).toList())
                    .redirectErrorStream(true)
                    .redirectOutput(new File("/dev/null"))
                    .start()
                    .waitFor()
                == 0;
    if (!runs) {
      System.out.println("left out, for a file system cannot be mounted here: a full disk");
    }
    return runs;
  }

  /** Runs where the folder that it is given has room for 4 MB. */
  static final class FullDisk {
    private FullDisk() {}

    /** Fills it, and says what is left. */
    public static void main(String[] arguments) throws IOException {
      Path root = Path.of(arguments[0], "store");
      ContentStore store = new FolderContentStore(root, InstantSource.system());
      try (ContentStore.Upload upload = store.begin("large")) {
        upload.stream().write(ContentStoreContract.bytes(8_000_000, 1));
        upload.commit();
      } catch (ContentStoreFault e) {
        System.out.println(e.kind() + " " + e.getMessage());
      }
      say(store, root);
      ContentStoreContract.put(store, "small", new byte[1_000_000]);
      say(store, root);
    }

    private static void say(ContentStore store, Path root) throws IOException {
      try (Stream<Path> unfinished = Files.list(root.resolve("unfinished"))) {
        System.out.println(
            store.list("").size() + " objects, " + unfinished.count() + " unfinished");
      }
    }
  }
}
