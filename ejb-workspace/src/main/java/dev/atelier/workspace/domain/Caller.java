package dev.atelier.workspace.domain;

/**
 * Who acts, through which door, in which trace.
 *
 * @param name for the audit log; never empty
 * @param trace the act's trace context
 */
public record Caller(String name, TraceContext trace) {
  /** The manager itself. */
  public static final Caller MANAGER = new Caller("manager", TraceContext.NONE);
}
