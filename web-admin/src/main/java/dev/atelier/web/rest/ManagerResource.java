// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import dev.atelier.web.security.CurrentUser;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.Limits;
import dev.atelier.workspace.operations.Maintenance;
import dev.atelier.workspace.operations.WorkspaceOperations;
import dev.atelier.workspace.operations.WorkspaceOperations.ClusterDescription;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/** The manager as a whole. */
@Path("/")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class ManagerResource {
  @Inject private WorkspaceOperations operations;
  @Inject private Maintenance maintenance;
  @Inject private Limits limits;
  @Inject private CurrentUser user;

  /** DescribeCluster. */
  @GET
  @Path("/cluster")
  public Response cluster(@Context Request request) throws WorkspaceFault {
    limits.acquire("DescribeCluster");
    ClusterDescription cluster = operations.describeCluster();
    JsonArrayBuilder classes = Json.createArrayBuilder();
    cluster
        .classes()
        .forEach(
            one ->
                classes.add(
                    Json.createObjectBuilder()
                        .add("id", one.id())
                        .add("display_name", one.displayName())
                        .add("description", one.description())
                        .add("credits_per_minute", one.creditsPerMinute())));
    return Answers.tagged(
        request,
        Json.createObjectBuilder()
            .add("workspace_classes", classes)
            .add("preferred_workspace_class", cluster.preferred())
            .build()
            .toString());
  }

  /** Who asks, and what they may do. */
  @GET
  @Path("/me")
  public Response me() {
    return Response.ok(
            Json.createObjectBuilder()
                .add("name", user.getName())
                .add("operator", user.isOperator())
                .add("admin", user.isAdmin())
                .build()
                .toString())
        .build();
  }

  /** Whether there is maintenance, and until when. */
  @GET
  @Path("/maintenance")
  public Response maintenance() {
    JsonObjectBuilder json = Json.createObjectBuilder().add("active", maintenance.active());
    StatusJson.add(json, "until", maintenance.until());
    return Response.ok(json.build().toString()).build();
  }

  /** Begins maintenance or changes its end. */
  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  @Path("/maintenance")
  public void begin(InputStream in) throws WorkspaceFault {
    Body body = Body.read(in);
    String until = body.text("until");
    body.end();
    try {
      maintenance.set(Optional.of(Instant.parse(until)), user.admin());
    } catch (DateTimeException e) {
      throw WorkspaceFault.invalid("until", "is not an RFC 3339 time in UTC");
    }
  }

  /** Ends maintenance. */
  @DELETE
  @Path("/maintenance")
  public void end() throws WorkspaceFault {
    maintenance.set(Optional.empty(), user.admin());
  }

  /** This interface, as OpenAPI 3.1 has it. */
  @GET
  @Path("/openapi.json")
  public Response openApi(@Context Request request) {
    try (InputStream in = ManagerResource.class.getResourceAsStream("openapi.json")) {
      return Answers.tagged(request, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
