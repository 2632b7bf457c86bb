// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc.hostile;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.atelier.proto.contentservice.WorkspaceInitializer;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.workspace.hostile.HostileValues;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;

/** Requests of any type, from nearly right to bytes that are no message at all. */
final class HostileMessages {
  private static final int MAX_DEPTH = 6;

  /** More than the server takes, and less than a message can have. */
  private static final long ENOUGH_BYTES = 16 << 20;

  private final Random random;
  private final HostileValues values;

  HostileMessages(Random random) {
    this.random = random;
    this.values = new HostileValues(random);
  }

  /** The bytes of one request that is like {@code right}, more or less. */
  byte[] like(Message right) {
    return switch (random.nextInt(10)) {
      case 0 -> noise();
      case 1, 2 -> garbled(random.nextBoolean() ? right : spoilt(right, 2));
      case 3 -> notUtf8(right);
      case 4, 5 -> arbitrary(right.newBuilderForType(), 0).build().toByteArray();
      default -> spoilt(right, 1 + random.nextInt(3)).toByteArray();
    };
  }

  /** Composites inside of composites, more than a parser's stack has room for. */
  static byte[] nested(StartWorkspaceRequest right, int depth) {
    byte[] initializer = WorkspaceInitializer.getDefaultInstance().toByteArray();
    for (int i = 0; i < depth; i++) {
      initializer = field(5, field(1, initializer));
    }
    return join(right.toByteArray(), field(4, field(4, initializer)));
  }

  /** The same with some of its fields, at any depth, replaced by hostile values. */
  private Message spoilt(Message right, int fields) {
    Message.Builder builder = right.toBuilder();
    for (int i = 0; i < fields; i++) {
      spoil(builder, 0);
    }
    return builder.build();
  }

  private void spoil(Message.Builder builder, int depth) {
    List<FieldDescriptor> fields = builder.getDescriptorForType().getFields();
    if (fields.isEmpty()) {
      return;
    }
    FieldDescriptor field = fields.get(random.nextInt(fields.size()));
    boolean descend =
        field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
            && !field.isRepeated()
            && depth < MAX_DEPTH
            && random.nextInt(5) > 0;
    if (descend) {
      spoil(builder.getFieldBuilder(field), depth + 1);
    } else if (random.nextInt(4) == 0) {
      builder.clearField(field);
    } else {
      fill(builder, field, depth);
    }
  }

  private Message.Builder arbitrary(Message.Builder builder, int depth) {
    for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
      if (random.nextInt(3) > 0) {
        fill(builder, field, depth);
      }
    }
    if (random.nextInt(10) == 0) {
      builder.setUnknownFields(
          UnknownFieldSet.newBuilder()
              .addField(
                  1 + random.nextInt(1 << 20),
                  UnknownFieldSet.Field.newBuilder().addVarint(random.nextLong()).build())
              .build());
    }
    return builder;
  }

  private void fill(Message.Builder builder, FieldDescriptor field, int depth) {
    if (!field.isRepeated()) {
      builder.setField(field, value(builder, field, depth));
      return;
    }
    int count = random.nextInt(50) == 0 ? 2_000 : random.nextInt(4);
    Object last = null;
    long bytes = 0;
    for (int i = 0; i < count && bytes < ENOUGH_BYTES; i++) {
      // Twice the same: ports, variables, keys.
      last =
          last != null && (count > 10 || random.nextBoolean())
              ? last
              : value(builder, field, depth);
      builder.addRepeatedField(field, last);
      bytes += size(last);
    }
  }

  private static int size(Object value) {
    return value instanceof Message message
        ? message.getSerializedSize()
        : value instanceof String text ? text.length() : 1;
  }

  private Object value(Message.Builder builder, FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> values.number();
      case LONG -> (long) values.number();
      case FLOAT -> random.nextFloat();
      case DOUBLE -> random.nextDouble();
      case BOOLEAN -> random.nextBoolean();
      case STRING -> values.text();
      case BYTE_STRING -> ByteString.copyFromUtf8(values.text());
      case ENUM -> field.getEnumType().findValueByNumberCreatingIfUnknown(values.number());
      case MESSAGE -> {
        Message.Builder nested = builder.newBuilderForField(field);
        yield (depth < MAX_DEPTH ? arbitrary(nested, depth + 1) : nested).build();
      }
    };
  }

  private byte[] noise() {
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] garbled(Message message) {
    byte[] bytes = message.toByteArray();
    if (bytes.length == 0) {
      return noise();
    }
    if (random.nextBoolean()) {
      return java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }
    for (int i = 0; i <= random.nextInt(4); i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return bytes;
  }

  /** Bytes that no UTF-8 text has, in the first field, which is a string of most requests. */
  private byte[] notUtf8(Message message) {
    byte[][] texts = {
      {(byte) 0xff},
      {(byte) 0xc0, (byte) 0x80},
      {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
      {'a', (byte) 0xe2}
    };
    return join(message.toByteArray(), field(1, texts[random.nextInt(texts.length)]));
  }

  private static byte[] field(int number, byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write((number << 3) | 2);
    int length = content.length;
    while (length > 0x7f) {
      bytes.write((length & 0x7f) | 0x80);
      length >>>= 7;
    }
    bytes.write(length);
    bytes.writeBytes(content);
    return bytes.toByteArray();
  }

  private static byte[] join(byte[] first, byte[] second) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(first);
    bytes.writeBytes(second);
    return bytes.toByteArray();
  }
}
