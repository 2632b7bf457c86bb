// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import io.grpc.Status;

/** How the program ends; the numbers are part of its interface. */
enum Exit {
  OK(0, "done"),
  FAILED(1, "anything that has no number of its own"),
  USAGE(2, "the command line or the request is wrong"),
  NOT_FOUND(3, "no such workspace"),
  EXISTS(4, "the id, meta id or service prefix is in use"),
  STATE(5, "not possible in the present state, or under maintenance"),
  DENIED(6, "not signed in, or not allowed"),
  LIMIT(7, "a limit is reached, or too many requests"),
  UNAVAILABLE(8, "the manager cannot be reached, or is not ready"),
  LATE(9, "not done within --deadline; it goes on"),
  WORKSPACE(10, "the workspace failed, or could not save its content");

  private final int code;
  private final String meaning;

  Exit(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  int code() {
    return code;
  }

  /** For the help: number and meaning. */
  String line() {
    return "%3d  %s".formatted(code, meaning);
  }

  static Exit of(Status.Code code) {
    return switch (code) {
      case OK -> OK;
      case INVALID_ARGUMENT, OUT_OF_RANGE -> USAGE;
      case NOT_FOUND -> NOT_FOUND;
      case ALREADY_EXISTS -> EXISTS;
      case FAILED_PRECONDITION, ABORTED -> STATE;
      case UNAUTHENTICATED, PERMISSION_DENIED -> DENIED;
      case RESOURCE_EXHAUSTED -> LIMIT;
      case UNAVAILABLE -> UNAVAILABLE;
      case DEADLINE_EXCEEDED -> LATE;
      case CANCELLED, UNKNOWN, UNIMPLEMENTED, INTERNAL, DATA_LOSS -> FAILED;
    };
  }
}
