// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A refusal or failure of a call. Checked, so that every caller decides who owns it; translated
 * once at each edge.
 */
public final class WorkspaceFault extends Exception {
  private static final long serialVersionUID = 1L;

  /** What kind of refusal, in gRPC's words. */
  public enum Code {
    /** The request is wrong whatever the state. */
    INVALID_ARGUMENT,
    /** What it names is not there. */
    NOT_FOUND,
    /** What it makes is there already. */
    ALREADY_EXISTS,
    /** The state does not allow it now. */
    FAILED_PRECONDITION,
    /** Whoever asks is known and may not do it. */
    PERMISSION_DENIED,
    /** A limit is reached. */
    RESOURCE_EXHAUSTED,
    /** It cannot be served at the moment; asking again later helps. */
    UNAVAILABLE
  }

  private final Code code;
  private final transient List<FieldViolation> violations;

  private WorkspaceFault(
      Code code, String message, List<FieldViolation> violations, Throwable cause) {
    super(message, cause);
    this.code = code;
    this.violations = List.copyOf(violations);
  }

  private WorkspaceFault(Code code, String message) {
    this(code, message, List.of(), null);
  }

  /** The instance is not known, or has stopped where that is the same. */
  public static WorkspaceFault notFound(String id) {
    return new WorkspaceFault(Code.NOT_FOUND, "workspace instance " + quoted(id) + " not found");
  }

  /** The request is wrong in at least one field. */
  public static WorkspaceFault invalid(List<FieldViolation> violations) {
    return new WorkspaceFault(
        Code.INVALID_ARGUMENT,
        violations.stream()
            .limit(10)
            .map(violation -> violation.field() + ": " + violation.description())
            .collect(Collectors.joining("; ")),
        violations,
        null);
  }

  /** The request is wrong in one field. */
  public static WorkspaceFault invalid(String field, String description) {
    return invalid(List.of(new FieldViolation(field, description)));
  }

  /** Something of that name exists. */
  public static WorkspaceFault alreadyExists(String message) {
    return new WorkspaceFault(Code.ALREADY_EXISTS, message);
  }

  /** The state does not allow the call. */
  public static WorkspaceFault failedPrecondition(String message) {
    return new WorkspaceFault(Code.FAILED_PRECONDITION, message);
  }

  /** Whoever asks may not do it. */
  public static WorkspaceFault permissionDenied(String message) {
    return new WorkspaceFault(Code.PERMISSION_DENIED, message);
  }

  /** Refused for maintenance, in the exact words that existing clients compare. */
  public static WorkspaceFault underMaintenance() {
    return failedPrecondition("under maintenance");
  }

  /** A limit is reached. */
  public static WorkspaceFault resourceExhausted(String message) {
    return new WorkspaceFault(Code.RESOURCE_EXHAUSTED, message);
  }

  /** Not at the moment. */
  public static WorkspaceFault unavailable(String message) {
    return new WorkspaceFault(Code.UNAVAILABLE, message);
  }

  /** Not at the moment, because of {@code cause}. */
  public static WorkspaceFault unavailable(String message, Throwable cause) {
    return new WorkspaceFault(Code.UNAVAILABLE, message, List.of(), cause);
  }

  /** What kind of refusal. */
  public Code code() {
    return code;
  }

  /** All faults of the request; empty unless the code is INVALID_ARGUMENT. */
  public List<FieldViolation> violations() {
    return violations == null ? List.of() : violations;
  }

  /** At most 80 printable characters of what a client sent, in quotes. */
  private static String quoted(String text) {
    String printable =
        text.codePoints()
            .limit(80)
            .map(c -> Character.isISOControl(c) ? '?' : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    return '"' + printable + '"';
  }
}
