// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Waits for what is to happen, and says what is there instead. */
public final class Awaiting {
  private Awaiting() {}

  public static void await(
      String what, Duration most, Callable<Boolean> happened, Supplier<Object> instead) {
    try {
      Awaitility.await().atMost(most).pollInterval(Duration.ofMillis(20)).until(happened);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(what + " is not so after " + most + ": " + instead.get(), e);
    }
  }
}
