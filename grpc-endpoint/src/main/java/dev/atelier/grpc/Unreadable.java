// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import com.google.protobuf.ProtocolMessageEnum;
import dev.atelier.workspace.domain.FieldViolation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What of one start request cannot be said in the domain's words. */
final class Unreadable {
  /** Enough for anyone to see what is wrong; a hostile request could have millions. */
  private static final int LIMIT = 100;

  private final List<FieldViolation> violations = new ArrayList<>();

  void add(String field, String description) {
    if (violations.size() < LIMIT) {
      violations.add(new FieldViolation(field, description));
    }
  }

  /**
   * Takes {@code value} as it is, unless it is null.
   *
   * @param number as sent
   * @param known every constant of the wire's enum
   */
  <E extends Enum<E> & ProtocolMessageEnum, D> D known(
      String field, int number, E[] known, D value) {
    if (value == null) {
      String names =
          Arrays.stream(known)
              .filter(constant -> !constant.name().equals("UNRECOGNIZED"))
              .map(constant -> constant.name() + " (" + constant.getNumber() + ")")
              .collect(Collectors.joining(", "));
      add(field, "unknown number " + number + ", known are " + names);
    }
    return value;
  }

  List<FieldViolation> violations() {
    return List.copyOf(violations);
  }
}
