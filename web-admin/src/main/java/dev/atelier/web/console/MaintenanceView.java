// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.operations.Maintenance;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** Whether there is maintenance, which every page says. */
@Named
@RequestScoped
public class MaintenanceView {
  @Inject private Maintenance maintenance;

  /** Its end as RFC 3339; empty when there is none. */
  public String getUntil() {
    return maintenance.until().map(Object::toString).orElse("");
  }
}
