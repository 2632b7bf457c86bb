package dev.atelier.web.console;

import dev.atelier.workspace.domain.WorkspaceFault;

/** The HTTP status of a refusal. */
final class FaultStatus {
  private FaultStatus() {}

  static int of(WorkspaceFault.Code code) {
    return switch (code) {
      case INVALID_ARGUMENT -> 400;
      case NOT_FOUND -> 404;
      case ALREADY_EXISTS, FAILED_PRECONDITION -> 409;
      case RESOURCE_EXHAUSTED -> 429;
      case UNIMPLEMENTED -> 501;
      case UNAVAILABLE -> 503;
    };
  }
}
