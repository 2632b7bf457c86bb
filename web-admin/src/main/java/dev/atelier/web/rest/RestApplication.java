// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;
import java.util.Set;

/** Where REST is, and of what it is made. */
@ApplicationPath("/api/v1")
public class RestApplication extends Application {
  @Override
  public Set<Class<?>> getClasses() {
    return Set.of(
        WorkspacesResource.class,
        WorkspaceResource.class,
        StoredContentResource.class,
        LedgerResource.class,
        ManagerResource.class,
        EventsResource.class,
        Mappers.Faults.class,
        Mappers.Refusals.class,
        Mappers.Unexpected.class);
  }

  @Override
  public Map<String, Object> getProperties() {
    // Nothing is looked for beyond the classes above: that would cost each start.
    return Map.of("jersey.config.server.wadl.disableWadl", true);
  }
}
