// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import dev.atelier.web.security.CurrentUser;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.operations.Limits;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.Map;

/** Subscribe: changes as server-sent events. */
@Path("/events")
@RequestScoped
public class EventsResource {
  @Inject private Limits limits;
  @Inject private RestEvents events;
  @Inject private CurrentUser user;

  /** What following has at its head: a stream that is not sent. */
  @HEAD
  public Response head() {
    return Response.ok().type(MediaType.SERVER_SENT_EVENTS).build();
  }

  /**
   * Follows instances until the client goes: events {@code workspace} with a status. {@code
   * from=beginning}: first the present state of each.
   */
  @GET
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public void follow(
      @QueryParam("owner") String owner,
      @QueryParam("meta_id") String metaId,
      @QueryParam("from") String from,
      @Context Sse sse,
      @Context SseEventSink sink)
      throws WorkspaceFault {
    limits.acquire("Subscribe");
    events.open(
        user.getName(),
        new WorkspaceFilter(Answers.orEmpty(owner), Answers.orEmpty(metaId), Map.of()),
        "beginning".equals(from),
        user.lasting(),
        sse,
        sink);
  }
}
