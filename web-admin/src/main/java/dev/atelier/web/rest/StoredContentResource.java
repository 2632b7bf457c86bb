// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import dev.atelier.web.security.CurrentUser;
import dev.atelier.workspace.content.backup.StoredContent.StoredWorkspace;
import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.SnapshotUrl;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.domain.WorkspaceType;
import dev.atelier.workspace.operations.ContentOperations;
import dev.atelier.workspace.operations.Limits;
import dev.atelier.workspace.operations.StoredContentOperations;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;

/** Content that outlives its instances. */
@Path("/")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class StoredContentResource {
  @Inject private StoredContentOperations stored;
  @Inject private ContentOperations content;
  @Inject private Limits limits;
  @Inject private CurrentUser user;

  /** Every snapshot, oldest first. */
  @GET
  @Path("/snapshots")
  public Response snapshots(@Context Request request) throws WorkspaceFault {
    JsonArrayBuilder items = Json.createArrayBuilder();
    stored
        .snapshots()
        .forEach(
            one -> {
              JsonObjectBuilder json =
                  Json.createObjectBuilder()
                      .add("id", one.id())
                      .add("url", one.url())
                      .add("instance", one.instanceId())
                      .add("owner", one.owner())
                      .add("meta_id", one.metaId())
                      .add("created_at", one.createdAt().toString())
                      .add("state", StatusJson.lower(one.state()))
                      .add("message", one.message());
              StatusJson.add(json, "settled_at", one.settledAt());
              items.add(json);
            });
    return Answers.tagged(
        request, Json.createObjectBuilder().add("items", items).build().toString());
  }

  /** Deletes a snapshot for good. */
  @DELETE
  @Path("/snapshots/{id}")
  public void deleteSnapshot(@PathParam("id") String id) throws WorkspaceFault {
    Caller caller = user.admin();
    if (!SnapshotUrl.isId(id) || !stored.deleteSnapshot(new SnapshotUrl(id).toString(), caller)) {
      throw WorkspaceFault.notFound(id);
    }
  }

  /** The backups of a workspace. */
  @GET
  @Path("/stored/{owner}/{meta_id}")
  public Response backups(
      @PathParam("owner") String owner,
      @PathParam("meta_id") String metaId,
      @Context Request request)
      throws WorkspaceFault {
    StoredWorkspace found =
        stored.backups(owner, metaId).orElseThrow(() -> WorkspaceFault.notFound(metaId));
    JsonArrayBuilder items = Json.createArrayBuilder();
    found
        .backups()
        .forEach(
            one ->
                items.add(
                    Json.createObjectBuilder()
                        .add("url", one.url())
                        .add("bytes", one.bytes())
                        .add("saved_at", one.savedAt().toString())));
    return Answers.tagged(
        request,
        Json.createObjectBuilder()
            .add("owner", owner)
            .add("meta_id", metaId)
            .add("bytes", found.bytes())
            .add("last_saved_at", found.lastSavedAt().toString())
            .add("items", items)
            .build()
            .toString());
  }

  /** Deletes the backups of a workspace for good. */
  @DELETE
  @Path("/stored/{owner}/{meta_id}")
  public void deleteBackups(@PathParam("owner") String owner, @PathParam("meta_id") String metaId)
      throws WorkspaceFault {
    if (!stored.deleteBackups(owner, metaId, user.admin())) {
      throw WorkspaceFault.notFound(metaId);
    }
  }

  /** Content that could not be saved, oldest first. */
  @GET
  @Path("/unsaved")
  public Response unsaved(@Context Request request) throws WorkspaceFault {
    JsonArrayBuilder items = Json.createArrayBuilder();
    content
        .unsaved()
        .forEach(
            one ->
                items.add(
                    Json.createObjectBuilder()
                        .add("id", one.id())
                        .add("owner", one.owner())
                        .add("meta_id", one.metaId())
                        .add("created_at", one.createdAt().toString())
                        .add("since", one.since().toString())));
    return Answers.tagged(
        request, Json.createObjectBuilder().add("items", items).build().toString());
  }

  /** Lets go of unsaved content for good. */
  @DELETE
  @Path("/unsaved/{id}")
  public void letGo(@PathParam("id") String id) throws WorkspaceFault {
    limits.acquire("LetGoOfContent");
    if (!content.letGo(id, user.admin())) {
      throw WorkspaceFault.notFound(id);
    }
  }

  /** DeleteVolumeSnapshot. */
  @DELETE
  @Path("/volume-snapshots/{id}")
  public Response deleteVolumeSnapshot(
      @PathParam("id") String id,
      @QueryParam("volume_handle") String handle,
      @QueryParam("soft_delete") String soft,
      @QueryParam("type") String type)
      throws WorkspaceFault {
    limits.acquire("DeleteVolumeSnapshot");
    boolean deleted =
        content.deleteVolumeSnapshot(
            id,
            Answers.orEmpty(handle),
            Answers.flag("soft_delete", soft),
            Answers.constant("type", type, WorkspaceType.class).orElse(WorkspaceType.REGULAR),
            user.admin());
    return Response.ok(Json.createObjectBuilder().add("was_deleted", deleted).build().toString())
        .build();
  }
}
