// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.archive;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What stands before an entry and does not fit into its header. Only keys that our tar writes, each
 * once; so nothing here can name an owner, another format or a name twice.
 *
 * @param values as bytes, for names need not be text
 */
record PaxRecords(Map<String, byte[]> values) {
  /** More than names and extended attributes of one file can take. */
  static final int MOST_BYTES = 1 << 20;

  /** The largest size that a header has room for. */
  private static final long MOST_OCTAL = 077777777777L;

  static final PaxRecords NONE = new PaxRecords(Map.of());

  private static final String SPARSE = "GNU.sparse.";
  private static final String ATTRIBUTE = "SCHILY.xattr.user.";
  private static final Set<String> KEYS =
      Set.of(
          "path",
          "linkpath",
          "size",
          "mtime",
          SPARSE + "major",
          SPARSE + "minor",
          SPARSE + "name",
          SPARSE + "realsize");
  private static final Pattern TIME = Pattern.compile("-?\\d{1,19}(\\.\\d{1,9})?");
  private static final Pattern NUMBER = Pattern.compile("0|[1-9]\\d{0,17}");

  static PaxRecords parse(byte[] data) throws Refused {
    Map<String, byte[]> values = new LinkedHashMap<>();
    int at = 0;
    while (at < data.length) {
      int space = at;
      int length = 0;
      while (space < data.length
          && data[space] >= '0'
          && data[space] <= '9'
          && length < data.length) {
        length = length * 10 + data[space++] - '0';
      }
      int end = at + length;
      if (space == at
          || data[at] == '0'
          || space >= data.length
          || data[space] != ' '
          || end > data.length
          || end <= space + 1
          || data[end - 1] != '\n') {
        throw Refused.hostile("a record of a wrong length");
      }
      record(values, Arrays.copyOfRange(data, space + 1, end - 1));
      at = end;
    }
    return checked(new PaxRecords(values));
  }

  private static void record(Map<String, byte[]> values, byte[] record) throws Refused {
    int equals = 0;
    while (equals < record.length && record[equals] != '=') {
      equals++;
    }
    String key = new String(record, 0, equals, StandardCharsets.ISO_8859_1);
    boolean known =
        KEYS.contains(key) || (key.startsWith(ATTRIBUTE) && key.length() > ATTRIBUTE.length());
    if (!known || equals == record.length) {
      throw Refused.hostile(
          "a record of an unknown kind: "
              + EntryName.shown(key.getBytes(StandardCharsets.ISO_8859_1)));
    }
    byte[] value = Arrays.copyOfRange(record, equals + 1, record.length);
    if (values.put(key, value) != null) {
      throw Refused.hostile("a record that comes twice");
    }
  }

  private static PaxRecords checked(PaxRecords records) throws Refused {
    byte[] time = records.values.get("mtime");
    if (time != null && !TIME.matcher(text(time)).matches()) {
      throw Refused.hostile("a time that is none");
    }
    records.number("size");
    records.number(SPARSE + "realsize");
    long sparse = records.values.keySet().stream().filter(key -> key.startsWith(SPARSE)).count();
    boolean version1 =
        records.number(SPARSE + "major") == 1 && records.number(SPARSE + "minor") == 0;
    if (sparse != 0 && !(sparse == 4 && version1)) {
      throw Refused.hostile("a sparse file in another format");
    }
    return records;
  }

  boolean sparse() {
    return values.containsKey(SPARSE + "name");
  }

  /** The length that a sparse file has with its holes. */
  long sparseSize() throws Refused {
    return number(SPARSE + "realsize");
  }

  byte[] name(TarHeader header) {
    byte[] name = values.get(sparse() ? SPARSE + "name" : "path");
    return name == null ? header.name() : name;
  }

  byte[] link(TarHeader header) {
    return values.getOrDefault("linkpath", header.link());
  }

  long size(TarHeader header) throws Refused {
    long size = number("size");
    if (size >= 0 && (size <= MOST_OCTAL || header.size() != 0)) {
      throw Refused.hostile("an entry of two sizes");
    }
    return size < 0 ? header.size() : size;
  }

  /** The same with another name, and another target of a link unless that is null. */
  PaxRecords renamed(byte[] name, byte[] link) {
    Map<String, byte[]> changed = new LinkedHashMap<>(values);
    changed.put(sparse() ? SPARSE + "name" : "path", name);
    if (link != null) {
      changed.put("linkpath", link);
    }
    return new PaxRecords(changed);
  }

  /** As they stand in a tar, without padding. */
  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    values.forEach(
        (key, value) -> {
          int rest = key.length() + value.length + 3;
          int length = rest + Integer.toString(rest).length();
          length = rest + Integer.toString(length).length();
          bytes.writeBytes((length + " " + key + "=").getBytes(StandardCharsets.ISO_8859_1));
          bytes.writeBytes(value);
          bytes.write('\n');
        });
    return bytes.toByteArray();
  }

  /** Bytes that end up on the disk though they are no file's. */
  long attributeBytes() {
    return values.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(ATTRIBUTE))
        .mapToLong(entry -> entry.getValue().length)
        .sum();
  }

  /** A number, or -1 when it is not there. */
  private long number(String key) throws Refused {
    byte[] value = values.get(key);
    if (value == null) {
      return -1;
    }
    String text = text(value);
    if (!NUMBER.matcher(text).matches()) {
      throw Refused.hostile("a size that is none");
    }
    return Long.parseLong(text);
  }

  private static String text(byte[] value) {
    return new String(value, StandardCharsets.ISO_8859_1);
  }
}
