// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * Counts what a message is made of before objects are made of it: an empty list entry has 2 bytes
 * on the wire, and some 50 in memory.
 */
final class Entries {
  /** Far more than the contract's bounds on texts let any request have that is not refused. */
  static final int MOST = 100_000;

  /** Deeper ones the parser refuses. */
  private static final int MOST_NESTED = 100;

  private int left = MOST;

  private Entries() {}

  /** Whether there are more than {@value #MOST} fields in it, nested ones included. */
  static boolean tooMany(byte[] message, Descriptor type) {
    Entries entries = new Entries();
    try {
      entries.count(CodedInputStream.newInstance(message), type, 0);
    } catch (IOException e) {
      // It is no message of its type, which the parser says in better words.
      return entries.left < 0;
    }
    return entries.left < 0;
  }

  private void count(CodedInputStream in, Descriptor type, int depth) throws IOException {
    int tag = in.readTag();
    while (tag != 0 && --left >= 0) {
      FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      boolean nested =
          field != null
              && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
              && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      if (nested && depth < MOST_NESTED) {
        int outer = in.pushLimit(in.readRawVarint32());
        count(in, field.getMessageType(), depth + 1);
        if (left < 0) {
          return;
        }
        in.popLimit(outer);
      } else {
        in.skipField(tag);
      }
      tag = in.readTag();
    }
  }
}
