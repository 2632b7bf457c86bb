// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.rest;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.ledger.AuditEntry;
import dev.atelier.workspace.ledger.AuditFilter;
import dev.atelier.workspace.ledger.AuditTrail;
import dev.atelier.workspace.ledger.LedgerDay;
import dev.atelier.workspace.ledger.Page;
import dev.atelier.workspace.ledger.Usage;
import dev.atelier.workspace.ledger.UsageFilter;
import dev.atelier.workspace.ledger.UsageRow.Dimension;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The audit log and usage, as JSON or as CSV. */
@Path("/")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class LedgerResource {
  private static final int USUAL_DAYS = 30;

  @Inject private AuditTrail trail;
  @Inject private Usage usage;
  @Inject private InstantSource clock;

  /** A page of the audit log, newest first; as CSV all of it. */
  @GET
  @Path("/audit")
  public Response audit(
      @QueryParam("actor") String actor,
      @QueryParam("act") String act,
      @QueryParam("workspace") String workspace,
      @QueryParam("outcome") String outcome,
      @QueryParam("from") String from,
      @QueryParam("to") String to,
      @QueryParam("offset") String offset,
      @QueryParam("limit") String limit,
      @QueryParam("format") String format,
      @Context Request request)
      throws WorkspaceFault {
    AuditFilter filter =
        new AuditFilter(
            Answers.orEmpty(actor),
            Answers.orEmpty(act),
            Answers.orEmpty(workspace),
            Answers.orEmpty(outcome),
            instant("from", from),
            instant("to", to));
    if (csv(format)) {
      return csv("audit.csv", out -> trail.csv(filter, out));
    }
    int first = Answers.number("offset", offset, 0);
    int most = Answers.limit(limit);
    Page<AuditEntry> page = trail.page(filter, first, most);
    JsonArrayBuilder items = Json.createArrayBuilder();
    page.rows()
        .forEach(
            one ->
                items.add(
                    Json.createObjectBuilder()
                        .add("id", one.id())
                        .add("at", one.at().toString())
                        .add("actor", one.actor())
                        .add("origin", one.origin())
                        .add("act", one.act())
                        .add("subject", one.subject())
                        .add("owner", one.owner())
                        .add("meta_id", one.metaId())
                        .add("outcome", one.outcome())));
    boolean more = first + page.rows().size() < page.total();
    JsonObjectBuilder json =
        Answers.list(
            items,
            more ? Optional.of(Integer.toString(first + page.rows().size())) : Optional.empty());
    return Answers.tagged(request, json.add("total", page.total()).build().toString());
  }

  /** Minutes and credits by what {@code by} names; by default of the last thirty days. */
  @GET
  @Path("/usage")
  public Response usage(
      @QueryParam("from") String from,
      @QueryParam("to") String to,
      @QueryParam("owner") String owner,
      @QueryParam("team") String team,
      @QueryParam("project") String project,
      @QueryParam("class") String workspaceClass,
      @QueryParam("by") String by,
      @QueryParam("format") String format,
      @Context Request request)
      throws WorkspaceFault {
    LocalDate last = day("to", to, clock.instant().atOffset(ZoneOffset.UTC).toLocalDate());
    UsageFilter filter =
        new UsageFilter(
            day("from", from, last.minusDays(USUAL_DAYS - 1L)),
            last,
            Answers.orEmpty(owner),
            Answers.orEmpty(team),
            Answers.orEmpty(project),
            Answers.orEmpty(workspaceClass));
    Set<Dimension> dimensions = dimensions(by);
    if (csv(format)) {
      // Before the first byte is sent, so that a refusal can be told.
      StringBuilder text = new StringBuilder();
      write(() -> usage.csv(filter, dimensions, text));
      return csv("usage.csv", out -> out.append(text));
    }
    JsonArrayBuilder items = Json.createArrayBuilder();
    usage
        .rows(filter, dimensions)
        .forEach(
            row ->
                items.add(
                    Json.createObjectBuilder()
                        .add("day", row.day())
                        .add("owner", row.owner())
                        .add("team", row.team())
                        .add("project", row.project())
                        .add("class", row.workspaceClass())
                        .add("instances", row.instances())
                        .add("minutes", row.minutes())
                        .add("credits", row.credits())));
    return Answers.tagged(
        request,
        Json.createObjectBuilder()
            .add("from", filter.from().toString())
            .add("to", filter.to().toString())
            .add("items", items)
            .build()
            .toString());
  }

  private static Set<Dimension> dimensions(String by) throws WorkspaceFault {
    if (by == null) {
      return EnumSet.allOf(Dimension.class);
    }
    Set<Dimension> dimensions = EnumSet.noneOf(Dimension.class);
    for (String one : by.split(",", -1)) {
      Answers.constant("by", one.strip(), Dimension.class).ifPresent(dimensions::add);
    }
    return dimensions;
  }

  private static boolean csv(String format) throws WorkspaceFault {
    if (format == null || format.isEmpty() || format.equals("json")) {
      return false;
    }
    if (!format.equals("csv")) {
      throw WorkspaceFault.invalid("format", "is neither json nor csv");
    }
    return true;
  }

  /** Something that writes. */
  @FunctionalInterface
  private interface Work {
    void run() throws IOException, WorkspaceFault;
  }

  /** Something that writes text. */
  @FunctionalInterface
  private interface Text {
    void to(Writer out) throws IOException, WorkspaceFault;
  }

  private static void write(Work work) throws WorkspaceFault {
    try {
      work.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Response csv(String name, Text text) {
    StreamingOutput body =
        out -> {
          try (Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8)) {
            text.to(writer);
          } catch (WorkspaceFault fault) {
            throw new WebApplicationException(fault.getMessage(), fault, 503);
          }
        };
    return Response.ok(body, "text/csv;charset=UTF-8")
        .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + name + "\"")
        .build();
  }

  private static Optional<Instant> instant(String name, String text) throws WorkspaceFault {
    if (text == null || text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException e) {
      throw WorkspaceFault.invalid(name, "is not an RFC 3339 time in UTC");
    }
  }

  private static LocalDate day(String name, String text, LocalDate otherwise)
      throws WorkspaceFault {
    if (text == null || text.isEmpty()) {
      return otherwise;
    }
    try {
      return LedgerDay.parse(text);
    } catch (DateTimeException e) {
      throw WorkspaceFault.invalid(name, "is not a day such as 2026-01-31");
    }
  }
}
