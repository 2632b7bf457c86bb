// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/**
 * W3C trace context of an act.
 *
 * @param traceparent as sent; empty: none
 * @param tracestate as sent; empty: none
 */
public record TraceContext(String traceparent, String tracestate) {
  /** No trace. */
  public static final TraceContext NONE = new TraceContext("", "");
}
