// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import dev.atelier.web.security.CurrentUser;
import dev.atelier.workspace.domain.AdmissionLevel;
import dev.atelier.workspace.domain.PortProtocol;
import dev.atelier.workspace.domain.PortRequest;
import dev.atelier.workspace.domain.PortVisibility;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.TimeoutKind;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.ledger.Timeline;
import dev.atelier.workspace.operations.ContentOperations;
import dev.atelier.workspace.operations.Limits;
import dev.atelier.workspace.operations.WorkspaceOperations;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** One instance, and what may be done with it. */
@Path("/workspaces/{id}")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class WorkspaceResource {
  @Inject private WorkspaceOperations operations;
  @Inject private ContentOperations content;
  @Inject private Timeline timeline;
  @Inject private Limits limits;
  @Inject private CurrentUser user;
  @Resource private ManagedExecutorService threads;

  @PathParam("id")
  private String id;

  /** DescribeWorkspace. */
  @GET
  public Response describe(@Context Request request) throws WorkspaceFault {
    limits.acquire("DescribeWorkspace");
    return Answers.tagged(request, StatusJson.of(operations.describe(id)).build().toString());
  }

  /** What happened to it, oldest first. */
  @GET
  @Path("/timeline")
  public Response timeline(@Context Request request) throws WorkspaceFault {
    JsonArrayBuilder items = Json.createArrayBuilder();
    timeline
        .of(id)
        .forEach(
            entry -> {
              JsonObjectBuilder json =
                  Json.createObjectBuilder()
                      .add("at", entry.at().toString())
                      .add("kind", StatusJson.lower(entry.kind()))
                      .add("title", entry.title())
                      .add("detail", entry.detail())
                      .add("advice", entry.advice())
                      .add("actor", entry.actor());
              entry.duration().ifPresent(took -> json.add("seconds", took.toMillis() / 1e3));
              items.add(json);
            });
    return Answers.tagged(
        request, Json.createObjectBuilder().add("items", items).build().toString());
  }

  /** StopWorkspace. */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Path("/stop")
  public void stop(InputStream in) throws WorkspaceFault {
    limits.acquire("StopWorkspace");
    Body body = Body.read(in);
    StopPolicy policy = body.constant("policy", StopPolicy.class, StopPolicy.NORMALLY);
    body.end();
    operations.stop(id, policy, user.operator());
  }

  /** BackupWorkspace. */
  @POST
  @Path("/backup")
  public CompletionStage<Response> backup() throws WorkspaceFault {
    limits.acquire("BackupWorkspace");
    return Answers.later(content.backup(id, user.operator()), threads, WorkspaceResource::url);
  }

  /** TakeSnapshot. */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Path("/snapshots")
  public CompletionStage<Response> snapshot(InputStream in) throws WorkspaceFault {
    limits.acquire("TakeSnapshot");
    Body body = Body.read(in);
    boolean immediately = body.flag("return_immediately");
    body.end();
    return Answers.later(
        content.takeSnapshot(id, immediately, user.operator()), threads, WorkspaceResource::url);
  }

  private static Response url(String url) {
    return Response.ok(Json.createObjectBuilder().add("url", url).build().toString()).build();
  }

  /** MarkActive. */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Path("/activity")
  public void markActive(InputStream in) throws WorkspaceFault {
    limits.acquire("MarkActive");
    Body body = Body.read(in);
    boolean closed = body.flag("closed");
    boolean ignoreIfActive = body.flag("ignore_if_active");
    body.end();
    operations.markActive(id, closed, ignoreIfActive, user.operator());
  }

  /** SetTimeout. */
  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  @Path("/timeout")
  public void setTimeout(InputStream in) throws WorkspaceFault {
    limits.acquire("SetTimeout");
    Body body = Body.read(in);
    TimeoutKind kind = body.constant("type", TimeoutKind.class, TimeoutKind.WORKSPACE);
    String duration = body.text("duration");
    body.end();
    operations.setTimeout(id, kind, duration, user.operator());
  }

  /** ControlPort: exposes one. */
  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  @Path("/ports/{port}")
  public void expose(@PathParam("port") String port, InputStream in) throws WorkspaceFault {
    limits.acquire("ControlPort");
    Body body = Body.read(in);
    PortRequest spec = StartBody.port(body, Answers.number("port", port, -1));
    body.end();
    operations.controlPort(id, true, spec, user.operator());
  }

  /** ControlPort: exposes one no more. */
  @DELETE
  @Path("/ports/{port}")
  public void hide(@PathParam("port") String port) throws WorkspaceFault {
    limits.acquire("ControlPort");
    PortRequest spec =
        new PortRequest(
            Answers.number("port", port, -1), PortVisibility.PRIVATE, PortProtocol.HTTP);
    operations.controlPort(id, false, spec, user.operator());
  }

  /** ControlAdmission. */
  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  @Path("/admission")
  public void admit(InputStream in) throws WorkspaceFault {
    limits.acquire("ControlAdmission");
    Body body = Body.read(in);
    AdmissionLevel level = body.constant("level", AdmissionLevel.class, null);
    body.end();
    operations.controlAdmission(id, level, user.operator());
  }

  /** UpdateSSHKey. */
  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  @Path("/ssh-keys")
  public void keys(InputStream in) throws WorkspaceFault {
    limits.acquire("UpdateSSHKey");
    Body body = Body.read(in);
    List<String> keys = body.texts("keys");
    body.end();
    operations.updateSshKeys(id, keys, user.operator());
  }
}
