// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long tests wait for an event that names no time of its own: long, since a machine that runs a
 * whole build may rest for ten seconds in one write to its disk, and waiting costs only those that
 * fail.
 */
public final class Patience implements BeforeAllCallback {
  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
  }
}
