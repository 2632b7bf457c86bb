// SPDX-License-Identifier: Apache-2.0
package dev.atelier.bench;

import dev.atelier.bench.idle.IdleRuntime;
import dev.atelier.bench.idle.IdleRuntimeProducer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/** The program with the {@link IdleRuntime} in place of the configured one. */
final class IdleRuntimeJar {
  private static final String BEANS =
      """
      <beans xmlns="https://jakarta.ee/xml/ns/jakartaee" bean-discovery-mode="annotated" version="4.0"/>
      """;

  private IdleRuntimeJar() {}

  /** Makes it beside the program, anew each time. */
  static Path make(Path program) throws IOException {
    Path copy = program.resolveSibling("atelier-idle-runtime.jar");
    Files.copy(program, copy, StandardCopyOption.REPLACE_EXISTING);
    Path war = Files.createTempFile("atelier", ".war");
    Path library = Files.createTempFile("idle-runtime", ".jar");
    // The server reads the jars inside in place: they must be stored, not compressed.
    try (FileSystem jar = zip(copy, Map.of("compressionMethod", "STORED"))) {
      Path inside = jar.getPath("ATELIER-INF/atelier.war");
      Files.copy(inside, war, StandardCopyOption.REPLACE_EXISTING);
      Files.delete(library);
      library(library);
      try (FileSystem modules = zip(war, Map.of())) {
        Files.copy(library, modules.getPath("WEB-INF/lib/idle-runtime.jar"));
      }
      Files.copy(war, inside, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(war);
      Files.deleteIfExists(library);
    }
    return copy;
  }

  private static void library(Path library) throws IOException {
    try (FileSystem jar = zip(library, Map.of("create", "true"))) {
      Path packageFolder = jar.getPath("dev/atelier/bench/idle");
      Files.createDirectories(packageFolder);
      for (Class<?> type : new Class<?>[] {IdleRuntime.class, IdleRuntimeProducer.class}) {
        String name = type.getSimpleName() + ".class";
        try (InputStream compiled = type.getResourceAsStream(name)) {
          Files.copy(compiled, packageFolder.resolve(name));
        }
      }
      Files.createDirectories(jar.getPath("META-INF"));
      Files.writeString(jar.getPath("META-INF/beans.xml"), BEANS);
    }
  }

  private static FileSystem zip(Path file, Map<String, String> options) throws IOException {
    return FileSystems.newFileSystem(URI.create("jar:" + file.toUri()), options);
  }
}
