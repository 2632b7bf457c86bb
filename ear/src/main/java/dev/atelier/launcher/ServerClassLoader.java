package dev.atelier.launcher;

import fish.payara.micro.boot.loader.ExplodedURLClassloader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.security.CodeSource;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashSet;
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

  private final Map<String, CopyOnWriteArrayList<Jar>> jarsByFolder = new ConcurrentHashMap<>();

  private record Jar(URL url, JarFile file, Manifest manifest, CodeSource source) {}

  /**
   * @param folder the jars are unpacked into its folder {@code runtime}
   */
  ServerClassLoader(File folder) throws IOException {
    super(folder);
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
    String path = name.replace('.', '/') + ".class";
    CopyOnWriteArrayList<Jar> jars = jarsByFolder.get(folder(path));
    if (jars != null) {
      for (Jar jar : jars) {
        JarEntry entry = jar.file().getJarEntry(path);
        if (entry != null) {
          return define(name, jar, entry);
        }
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

  @Override
  public URL findResource(String name) {
    return jarsByFolder.containsKey(folder(name)) ? super.findResource(name) : null;
  }

  @Override
  public Enumeration<URL> findResources(String name) throws IOException {
    return jarsByFolder.containsKey(folder(name))
        ? super.findResources(name)
        : Collections.emptyEnumeration();
  }
}
