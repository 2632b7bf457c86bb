// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;

/**
 * The machine's files, by one that may be lost at any use of them, is denied some, and may lose the
 * end of what was written and not forced to the disk.
 */
final class FaultyFiles extends FileSystemProvider {
  /** SIGKILL: nothing of the process that it unwinds changes a file any more. */
  static final class Lost extends Error {
    private static final long serialVersionUID = 1L;

    Lost() {
      super("the process is lost", null, false, false);
    }
  }

  private final FileSystem system = new FaultyFileSystem(this);

  /** Files whose content the disk may not have yet. */
  private final Set<Path> unforced = new TreeSet<>();

  private Predicate<Path> denied = path -> false;
  private Predicate<Path> deadly = path -> false;
  private long left;
  private boolean lost;

  /** The same file, with faults. */
  Path of(Path real) {
    return new FaultyPath(system, real);
  }

  /**
   * Another process uses them.
   *
   * @param uses how many it lives for
   * @param no which files it is denied
   * @param end at which it is lost for sure
   */
  synchronized void begin(long uses, Predicate<Path> no, Predicate<Path> end) {
    left = uses;
    denied = no;
    deadly = end;
    lost = false;
  }

  synchronized void lose() {
    lost = true;
  }

  synchronized boolean lost() {
    return lost;
  }

  /**
   * The power fails: of what was not forced, only a beginning is left.
   *
   * @param length of the beginning, by the length of the whole
   */
  synchronized List<Path> tear(IntUnaryOperator length) throws IOException {
    List<Path> torn = new ArrayList<>();
    for (Path file : unforced) {
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, length.applyAsInt(whole.length)));
        torn.add(file);
      }
    }
    unforced.clear();
    return torn;
  }

  private synchronized Path use(Path path) throws IOException {
    Path real = FaultyPath.real(path);
    if (lost || left-- <= 0 || deadly.test(real)) {
      lost = true;
      throw new Lost();
    }
    if (denied.test(real)) {
      throw new FileSystemException(real.toString(), null, "Input/output error");
    }
    return real;
  }

  synchronized void forced(Path real) {
    unforced.remove(real);
  }

  private static FileSystemProvider machine(Path real) {
    return real.getFileSystem().provider();
  }

  @Override
  public String getScheme() {
    return "faulty";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return system;
  }

  @Override
  public Path getPath(URI uri) {
    return of(Path.of(uri.getPath()));
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Path real = use(path);
    if (options.contains(StandardOpenOption.WRITE)) {
      synchronized (this) {
        unforced.add(real);
      }
    }
    return machine(real).newByteChannel(real, options, attributes);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Path real = use(path);
    return new ForcedChannel(
        machine(real).newFileChannel(real, options, attributes), () -> forced(use(path)));
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path path, DirectoryStream.Filter<? super Path> filter) throws IOException {
    Path real = use(path);
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = machine(real).newDirectoryStream(real, entry -> true)) {
      for (Path entry : stream) {
        if (filter.accept(of(entry))) {
          entries.add(of(entry));
        }
      }
    }
    // In an order that is the same in each run.
    entries.sort(null);
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return entries.iterator();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    Path real = use(path);
    machine(real).createDirectory(real, attributes);
  }

  @Override
  public void delete(Path path) throws IOException {
    Path real = use(path);
    machine(real).delete(real);
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    Path real = use(source);
    machine(real).copy(real, FaultyPath.real(target), options);
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    Path from = use(source);
    Path to = FaultyPath.real(target);
    machine(from).move(from, to, options);
    synchronized (this) {
      if (unforced.remove(from)) {
        unforced.add(to);
      } else {
        unforced.remove(to);
      }
    }
  }

  @Override
  public boolean isSameFile(Path one, Path other) throws IOException {
    return machine(FaultyPath.real(one)).isSameFile(FaultyPath.real(one), FaultyPath.real(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return machine(FaultyPath.real(path)).isHidden(FaultyPath.real(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return machine(FaultyPath.real(path)).getFileStore(FaultyPath.real(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    Path real = use(path);
    machine(real).checkAccess(real, modes);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return machine(FaultyPath.real(path))
        .getFileAttributeView(FaultyPath.real(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    Path real = use(path);
    return machine(real).readAttributes(real, type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    Path real = use(path);
    return machine(real).readAttributes(real, names, options);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    Path real = use(path);
    machine(real).setAttribute(real, name, value, options);
  }
}
