// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What platforms count on, of the real jar with processes of this machine. */
class NoLostWorkIT extends ManagerContract {
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path data;

  @Override
  AtelierServer manage() {
    return AtelierServer.start(data, Map.of());
  }

  @Override
  int kills() {
    return 3;
  }

  @Override
  String image() {
    return "default";
  }

  @Override
  Path store() {
    return data.resolve("content");
  }

  private Path file(String id, String name) {
    return data.resolve("workspaces").resolve(id).resolve(name);
  }

  @Override
  String read(String id, String name) throws IOException {
    return Files.readString(file(id, name));
  }

  @Override
  void write(String id, String name, String text) throws IOException {
    Files.writeString(file(id, name), text);
  }

  @Override
  void assertNothingLeft(String id) {
    assertThat(file(id, "")).doesNotExist();
  }

  @Override
  void fill(String id) throws IOException {
    byte[] bytes = new byte[20 << 20];
    new Random().nextBytes(bytes);
    Files.write(file(id, "large"), bytes);
  }
}
