// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/**
 * Who acts, through which door, in which trace.
 *
 * @param name for the audit log; never empty
 * @param origin the door and the address that the act came by, such as {@code grpc 127.0.0.1}; may
 *     be empty
 * @param trace the act's trace context
 */
public record Caller(String name, String origin, TraceContext trace) {
  /** The manager itself. */
  public static final Caller MANAGER = new Caller("manager", TraceContext.NONE);

  /** Somebody of whom no door is known. */
  public Caller(String name, TraceContext trace) {
    this(name, "", trace);
  }
}
