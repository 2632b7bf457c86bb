// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Answers: tables for people, or protobuf's JSON with the wire's names of fields. */
final class Output {
  /** Which of both. */
  enum Form {
    table,
    json
  }

  private final PrintStream out;
  private final Form form;

  Output(PrintStream out, Form form) {
    this.out = out;
    this.form = form;
  }

  boolean isJson() {
    return form == Form.json;
  }

  /** A whole answer, every field of it, whether set or not. */
  void json(MessageOrBuilder message) {
    print(JsonFormat.printer(), message);
  }

  /** One of many: on a line of its own. */
  void jsonLine(MessageOrBuilder message) {
    print(JsonFormat.printer().omittingInsignificantWhitespace(), message);
    out.flush();
  }

  private void print(JsonFormat.Printer printer, MessageOrBuilder message) {
    try {
      out.println(
          printer.preservingProtoFieldNames().alwaysPrintFieldsWithNoPresence().print(message));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("no Any is in these messages", e);
    }
  }

  /** The answer as JSON, else {@code text}, a line, where there is one. */
  void answer(MessageOrBuilder message, String text) {
    if (isJson()) {
      json(message);
    } else if (!text.isEmpty()) {
      out.println(text);
    }
  }

  void line(String text) {
    out.println(text);
    out.flush();
  }

  /** Columns as wide as their widest cell; the last one ends where its text does. */
  void table(List<List<String>> rows) {
    List<Integer> widths = new ArrayList<>();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        if (i == widths.size()) {
          widths.add(0);
        }
        widths.set(i, Math.max(widths.get(i), row.get(i).length()));
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        line.append(row.get(i));
        line.append(" ".repeat(widths.get(i) - row.get(i).length() + 2));
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
