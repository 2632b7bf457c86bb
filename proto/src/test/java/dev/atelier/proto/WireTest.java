// SPDX-License-Identifier: Apache-2.0
package dev.atelier.proto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import dev.atelier.proto.contentservice.Initializer;
import dev.atelier.proto.wsman.Core;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc;
import io.grpc.ServiceDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WireTest {
  private static final List<FileDescriptor> FILES =
      List.of(Initializer.getDescriptor(), Core.getDescriptor());

  @Test
  void compiledFilesAreTheTableAndNothingMore() throws IOException {
    List<String> compiled = FILES.stream().flatMap(file -> WireTable.of(file).stream()).toList();

    assertThat(compiled).containsExactlyInAnyOrderElementsOf(table());
  }

  @Test
  void everyProtoFileIsCompared() throws IOException {
    Path sources = Path.of("src/main/proto");
    try (Stream<Path> files = Files.walk(sources)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> sources.relativize(file)))
          .map(Path::toString)
          .containsExactlyInAnyOrderElementsOf(
              FILES.stream().map(FileDescriptor::getName).toList());
    }
  }

  @Test
  void stubsCallTheMethodsOfTheCompiledService() {
    ServiceDescriptor stubs = WorkspaceManagerGrpc.getServiceDescriptor();
    List<MethodDescriptor> methods = Core.getDescriptor().getServices().get(0).getMethods();

    assertThat(stubs.getName()).isEqualTo("wsman.WorkspaceManager");
    assertThat(stubs.getMethods())
        .map(method -> method.getFullMethodName() + " " + method.getType())
        .containsExactlyInAnyOrderElementsOf(
            methods.stream()
                .map(
                    method ->
                        "wsman.WorkspaceManager/%s %s"
                            .formatted(
                                method.getName(),
                                method.isServerStreaming() ? "SERVER_STREAMING" : "UNARY"))
                .toList());
  }

  private static List<String> table() throws IOException {
    try (InputStream table = WireTest.class.getResourceAsStream("/wsman.tsv")) {
      List<String> lines = new String(table.readAllBytes(), UTF_8).lines().toList();
      assertThat(lines.get(0)).isEqualTo("kind\tpackage\towner\tname\tnumber\ttype\tlabel\tnote");
      return lines.subList(1, lines.size());
    }
  }
}
