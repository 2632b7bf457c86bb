// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import dev.atelier.web.security.CurrentUser;
import dev.atelier.workspace.domain.PersonName;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.Limits;
import dev.atelier.workspace.operations.WorkspaceOperations;
import dev.atelier.workspace.operations.WorkspaceOperations.DescribedWorkspace;
import dev.atelier.workspace.operations.WorkspaceOperations.StartedWorkspace;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Lists instances and starts them. */
@Path("/workspaces")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class WorkspacesResource {
  @Inject private WorkspaceOperations operations;
  @Inject private Limits limits;
  @Inject private CurrentUser user;

  /**
   * A page of the known instances by their ids; those that have stopped with {@code phase=stopped}
   * alone.
   */
  @GET
  public Response list(
      @QueryParam("owner") String owner,
      @QueryParam("meta_id") String metaId,
      @QueryParam("class") String workspaceClass,
      @QueryParam("phase") String phase,
      @QueryParam("text") String text,
      @QueryParam("after") String after,
      @QueryParam("limit") String limit,
      @Context Request request)
      throws WorkspaceFault {
    limits.acquire("GetWorkspaces");
    int most = Answers.limit(limit);
    Optional<Phase> wanted = Answers.constant("phase", phase, Phase.class);
    List<DescribedWorkspace> found =
        operations.overview().stream()
            .filter(
                one ->
                    wanted
                        .map(p -> one.workspace().phase() == p)
                        .orElse(!one.workspace().stopped()))
            .filter(one -> equal(owner, one.workspace().spec().owner()))
            .filter(one -> equal(metaId, one.workspace().spec().metaId()))
            .filter(one -> equal(workspaceClass, one.workspace().spec().workspaceClass()))
            .filter(one -> mentions(one.workspace(), Answers.orEmpty(text)))
            .filter(one -> after == null || one.workspace().id().compareTo(after) > 0)
            .sorted(Comparator.comparing(one -> one.workspace().id()))
            .limit(most + 1L)
            .toList();
    ItemPage page = new ItemPage(most);
    for (DescribedWorkspace one : found) {
      if (!page.add(one.workspace().id(), () -> StatusJson.of(one).build().toString())) {
        break;
      }
    }
    return Answers.tagged(request, page.json());
  }

  private static boolean equal(String wanted, String is) {
    return wanted == null || wanted.isEmpty() || wanted.equals(is);
  }

  private static boolean mentions(Workspace workspace, String text) {
    String wanted = text.toLowerCase(Locale.ROOT);
    return wanted.isEmpty()
        || List.of(
                workspace.id(),
                workspace.spec().metaId(),
                workspace.spec().owner(),
                workspace.spec().workspaceImage(),
                workspace.status().message())
            .stream()
            .anyMatch(one -> one.toLowerCase(Locale.ROOT).contains(wanted));
  }

  /**
   * StartWorkspace. The owner token is not answered here; an owner that is left out is who asks.
   */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public Response start(InputStream in) throws WorkspaceFault {
    limits.acquire("StartWorkspace");
    StartRequest asked = StartBody.read(Body.read(in), PersonName.owner(user.getName()));
    StartedWorkspace started = operations.startInPerson(asked, user.operator());
    return Response.created(URI.create("/api/v1/workspaces/" + asked.id()))
        .entity(
            Json.createObjectBuilder()
                .add("id", asked.id())
                .add("url", started.url())
                .build()
                .toString())
        .build();
  }
}
