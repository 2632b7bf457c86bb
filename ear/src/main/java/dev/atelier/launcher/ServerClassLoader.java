// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import fish.payara.micro.boot.loader.ExplodedURLClassloader;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.security.CodeSource;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipFile;

/**
 * The server's class path, with an index of what is in which jar.
 *
 * <p>The server's own loader asks some 320 jars one after the other for each of 15,000 classes, and
 * all of them for each class of the application: a quarter of the work of a start.
 */
final class ServerClassLoader extends ExplodedURLClassloader {
  private static final String VERSIONS = "META-INF/versions/";
  private static final Certificate[] UNSIGNED = null;

  private static final String CLASS = ".class";
  private static final List<String> ANNOTATIONS = List.of("jakarta/", "org/eclipse/microprofile/");
  private static final String SCAN = "org.glassfish.hk2.classmodel.reflect.Parser";
  private static final CopyOnWriteArrayList<Jar> NONE = new CopyOnWriteArrayList<>();

  private final URL unreadable;
  private final Map<String, CopyOnWriteArrayList<Jar>> jarsByFolder = new ConcurrentHashMap<>();

  private record Jar(URL url, JarFile file, Manifest manifest, CodeSource source) {}

  private static final class Unreadable extends URLStreamHandler {
    @Override
    protected URLConnection openConnection(URL url) throws IOException {
      throw new FileNotFoundException(url.toString());
    }
  }

  /**
   * @param folder the jars are unpacked into its folder {@code runtime}
   */
  ServerClassLoader(File folder) throws IOException {
    super(folder);
    unreadable = new URL("unreadable", "", 0, "", new Unreadable());
    for (URL url : getURLs()) {
      index(url);
    }
  }

  @Override
  public void addURL(URL url) {
    super.addURL(url);
    try {
      index(url);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void index(URL url) throws IOException {
    File file;
    try {
      file = new File(url.toURI());
    } catch (URISyntaxException e) {
      throw new IOException(url.toString(), e);
    }
    if (!file.isFile()) {
      return;
    }
    JarFile jarFile = new JarFile(file, false, ZipFile.OPEN_READ, JarFile.runtimeVersion());
    Jar jar = new Jar(url, jarFile, jarFile.getManifest(), new CodeSource(url, UNSIGNED));
    Set<String> folders = new LinkedHashSet<>();
    for (Enumeration<JarEntry> entries = jarFile.entries(); entries.hasMoreElements(); ) {
      String name = entries.nextElement().getName();
      folders.add(folder(name));
      if (name.startsWith(VERSIONS)) {
        folders.add(folder(name.substring(name.indexOf('/', VERSIONS.length()) + 1)));
      }
    }
    folders.forEach(
        folder ->
            jarsByFolder.computeIfAbsent(folder, key -> new CopyOnWriteArrayList<>()).add(jar));
  }

  private static String folder(String name) {
    String path = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    return path.substring(0, path.lastIndexOf('/') + 1);
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    String path = name.replace('.', '/') + CLASS;
    for (Jar jar : jarsByFolder.getOrDefault(folder(path), NONE)) {
      JarEntry entry = jar.file().getJarEntry(path);
      if (entry != null) {
        return define(name, jar, entry);
      }
    }
    throw new ClassNotFoundException(name);
  }

  private Class<?> define(String name, Jar jar, JarEntry entry) throws ClassNotFoundException {
    try (InputStream stream = jar.file().getInputStream(entry)) {
      byte[] bytes = stream.readAllBytes();
      int dot = name.lastIndexOf('.');
      if (dot > 0 && getDefinedPackage(name.substring(0, dot)) == null) {
        Manifest manifest = jar.manifest() == null ? new Manifest() : jar.manifest();
        definePackage(name.substring(0, dot), manifest, jar.url());
      }
      return defineClass(name, bytes, 0, bytes.length, jar.source());
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  /**
   * The server's scan for annotations sees those of the standards alone. It would read, after the
   * application, the class file of each type that this names, of each that those name, and so on:
   * 8,000, of which 3,900 are the Kubernetes client's. What is not found at all would not be found
   * as a class any more; so these cannot be opened.
   */
  @Override
  public URL findResource(String name) {
    if (!jarsByFolder.containsKey(folder(name))) {
      return null;
    }
    boolean hidden = name.endsWith(CLASS) && ANNOTATIONS.stream().noneMatch(name::startsWith);
    return hidden && isScan() ? unreadable : super.findResource(name);
  }

  private static boolean isScan() {
    return StackWalker.getInstance()
        .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(SCAN)));
  }

  @Override
  public Enumeration<URL> findResources(String name) throws IOException {
    return jarsByFolder.containsKey(folder(name))
        ? super.findResources(name)
        : Collections.emptyEnumeration();
  }
}
