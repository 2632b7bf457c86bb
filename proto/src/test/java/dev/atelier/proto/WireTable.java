// SPDX-License-Identifier: Apache-2.0
package dev.atelier.proto;

import com.google.protobuf.DescriptorProtos.DescriptorProto.ReservedRange;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto.EnumReservedRange;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The lines of {@code wsman.tsv} that a compiled file stands for. What the table has no notion of
 * (options, extensions, reserved names) makes a line of its own, which no table contains.
 */
final class WireTable {
  private final FileDescriptor file;
  private final List<String> lines = new ArrayList<>();

  private WireTable(FileDescriptor file) {
    this.file = file;
  }

  static List<String> of(FileDescriptor file) {
    WireTable table = new WireTable(file);
    table.file();
    file.getServices().forEach(table::service);
    file.getMessageTypes().forEach(table::message);
    file.getEnumTypes().forEach(table::enumeration);
    file.getExtensions().forEach(table::extension);
    return table.lines;
  }

  private void file() {
    String imports = String.join(",", file.toProto().getDependencyList());
    line("file", file.getName(), "", "", file.toProto().getSyntax(), "", imports);
    file.getPublicDependencies()
        .forEach(dependency -> line("public import", dependency.getName(), "", "", "", "", ""));
  }

  private void service(ServiceDescriptor service) {
    for (MethodDescriptor method : service.getMethods()) {
      String request = stream(method.isClientStreaming()) + method.getInputType().getFullName();
      String response = stream(method.isServerStreaming()) + method.getOutputType().getFullName();
      line("rpc", service.getName(), method.getName(), "", request + " -> " + response, "", "");
      options(method.toProto().hasOptions(), method.getFullName());
    }
    options(service.toProto().hasOptions(), service.getFullName());
  }

  private static String stream(boolean streaming) {
    return streaming ? "stream " : "";
  }

  private void message(Descriptor message) {
    String owner = inPackage(message.getFullName());
    if (message.getFields().isEmpty()) {
      line("message", owner, "", "", "", "", "no fields");
    }
    message.getFields().forEach(field -> field(owner, field));
    for (ReservedRange range : message.toProto().getReservedRangeList()) {
      line("reserved", owner, "", range(range.getStart(), range.getEnd() - 1), "", "", "");
    }
    message
        .toProto()
        .getReservedNameList()
        .forEach(name -> line("reserved", owner, name, "", "", "", ""));
    message
        .toProto()
        .getExtensionRangeList()
        .forEach(range -> line("extensions", owner, "", "" + range.getStart(), "", "", ""));
    message.getExtensions().forEach(this::extension);
    options(message.toProto().hasOptions(), owner);
    message.getNestedTypes().stream()
        .filter(nested -> !nested.getOptions().getMapEntry())
        .forEach(this::message);
    message.getEnumTypes().forEach(this::enumeration);
  }

  private void field(String owner, FieldDescriptor field) {
    OneofDescriptor oneof = field.getRealContainingOneof();
    String note = oneof == null ? "" : "oneof " + oneof.getName();
    line("field", owner, field.getName(), "" + field.getNumber(), type(field), label(field), note);
    options(field.toProto().hasOptions(), field.getFullName());
  }

  private static String type(FieldDescriptor field) {
    if (field.isMapField()) {
      Descriptor entry = field.getMessageType();
      return "map<%s,%s>"
          .formatted(type(entry.findFieldByNumber(1)), type(entry.findFieldByNumber(2)));
    }
    return switch (field.getJavaType()) {
      case MESSAGE -> field.getMessageType().getFullName();
      case ENUM -> field.getEnumType().getFullName();
      case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, BYTE_STRING ->
          field.getLiteType().name().toLowerCase(Locale.ROOT);
    };
  }

  private static String label(FieldDescriptor field) {
    if (field.isMapField()) {
      return "map";
    }
    if (field.isRepeated()) {
      return "repeated";
    }
    if (field.isRequired()) {
      return "required";
    }
    if (field.toProto().getProto3Optional()) {
      return "optional(explicit)";
    }
    return field.getRealContainingOneof() == null ? "singular" : "optional";
  }

  private void enumeration(EnumDescriptor enumeration) {
    String owner = inPackage(enumeration.getFullName());
    enumeration
        .getValues()
        .forEach(
            value -> {
              line("enum", owner, value.getName(), "" + value.getNumber(), "", "", "");
              options(value.toProto().hasOptions(), value.getFullName());
            });
    for (EnumReservedRange range : enumeration.toProto().getReservedRangeList()) {
      line("enum-reserved", owner, "", range(range.getStart(), range.getEnd()), "", "", "");
    }
    enumeration
        .toProto()
        .getReservedNameList()
        .forEach(name -> line("enum-reserved", owner, name, "", "", "", ""));
    options(enumeration.toProto().hasOptions(), owner);
  }

  private void extension(FieldDescriptor extension) {
    line("extension", extension.getFullName(), "", "" + extension.getNumber(), "", "", "");
  }

  private void options(boolean present, String owner) {
    if (present) {
      line("options", owner, "", "", "", "", "");
    }
  }

  private static String range(int first, int last) {
    return first == last ? "" + first : first + " to " + last;
  }

  private String inPackage(String fullName) {
    return fullName.substring(file.getPackage().length() + 1);
  }

  private void line(
      String kind,
      String owner,
      String name,
      String number,
      String type,
      String label,
      String note) {
    lines.add(
        List.of(kind, file.getPackage(), owner, name, number, type, label, note).stream()
            .collect(Collectors.joining("\t")));
  }
}
