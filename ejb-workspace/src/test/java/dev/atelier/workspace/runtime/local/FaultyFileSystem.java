// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Set;

/** What {@link FaultyFiles} are in: the machine's file system. */
final class FaultyFileSystem extends FileSystem {
  private static final FileSystem MACHINE = FileSystems.getDefault();

  private final FaultyFiles provider;

  FaultyFileSystem(FaultyFiles provider) {
    this.provider = provider;
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return MACHINE.getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(provider.of(Path.of("/")));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return MACHINE.getFileStores();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return MACHINE.supportedFileAttributeViews();
  }

  @Override
  public Path getPath(String first, String... more) {
    return provider.of(MACHINE.getPath(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String pattern) {
    PathMatcher matcher = MACHINE.getPathMatcher(pattern);
    return path -> matcher.matches(FaultyPath.real(path));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return MACHINE.getUserPrincipalLookupService();
  }

  @Override
  public WatchService newWatchService() throws IOException {
    return MACHINE.newWatchService();
  }
}
