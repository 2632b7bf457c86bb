// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.AdmissionLevel;
import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.PortProtocol;
import dev.atelier.workspace.domain.PortRequest;
import dev.atelier.workspace.domain.PortVisibility;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.TimeoutKind;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.ContentOperations;
import dev.atelier.workspace.operations.Limits;
import dev.atelier.workspace.operations.WorkspaceOperations;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** What can be asked of one instance from its page, by the calls that any client makes. */
@ApplicationScoped
public class WorkspaceActs {
  @Inject private WorkspaceOperations operations;
  @Inject private ContentOperations content;
  @Inject private Limits limits;

  /** Does something with an instance, by the fields of a form, and says what it did. */
  @FunctionalInterface
  private interface Act {
    String perform(String id, Function<String, String> fields, Caller caller) throws WorkspaceFault;
  }

  private final Map<String, Act> acts =
      Map.of(
          "stop", this::stop,
          "extend", this::extend,
          "backup", this::backUp,
          "snapshot", this::snapshot,
          "timeout", this::timeout,
          "port", this::port,
          "close-port", this::closePort,
          "admission", this::admission,
          "keys", this::keys);

  /** Whether there is an act of that name. */
  boolean has(String name) {
    return acts.containsKey(name);
  }

  /**
   * Does what a form asks for.
   *
   * @param fields of the form, by name; null where there is none
   * @return what was done, for people
   */
  String perform(String name, String id, Function<String, String> fields, Caller caller)
      throws WorkspaceFault {
    return acts.get(name).perform(id, field -> text(fields.apply(field)), caller);
  }

  private static String text(String value) {
    return value == null ? "" : value.strip();
  }

  private String stop(String id, Function<String, String> fields, Caller caller)
      throws WorkspaceFault {
    limits.acquire("StopWorkspace");
    operations.describe(id);
    String policy = fields.apply("policy");
    operations.stop(
        id,
        policy.isEmpty()
            ? StopPolicy.NORMALLY
            : WorkspaceQuery.constant(StopPolicy.class, policy).orElse(null),
        caller);
    return "Stop asked for";
  }

  private String extend(String id, Function<String, String> fields, Caller caller)
      throws WorkspaceFault {
    limits.acquire("MarkActive");
    operations.markActive(id, false, false, caller);
    return "Counts as used now";
  }

  private String backUp(String id, Function<String, String> fields, Caller caller)
      throws WorkspaceFault {
    limits.acquire("BackupWorkspace");
    // Nobody waits here: what comes of it shows in the instance.
    CompletableFuture<String> unused = content.backup(id, caller);
    return "Backup asked for";
  }

  private String snapshot(String id, Function<String, String> fields, Caller caller)
      throws WorkspaceFault {
    limits.acquire("TakeSnapshot");
    CompletableFuture<String> unused = content.takeSnapshot(id, true, caller);
    return "Snapshot asked for";
  }

  private String timeout(String id, Function<String, String> fields, Caller caller)
      throws WorkspaceFault {
    limits.acquire("SetTimeout");
    Optional<TimeoutKind> kind = WorkspaceQuery.constant(TimeoutKind.class, fields.apply("type"));
    operations.setTimeout(id, kind.orElse(null), fields.apply("duration"), caller);
    return "Timeout set";
  }

  private String port(String id, Function<String, String> fields, Caller caller)
      throws WorkspaceFault {
    limits.acquire("ControlPort");
    PortRequest port =
        port(fields.apply("port"), fields.apply("visibility"), fields.apply("protocol"));
    operations.controlPort(id, true, port, caller);
    return "Port " + port.port() + " is recorded as open to " + Wording.of(port.visibility());
  }

  private String closePort(String id, Function<String, String> fields, Caller caller)
      throws WorkspaceFault {
    limits.acquire("ControlPort");
    PortRequest port = port(fields.apply("port"), "private", "http");
    operations.controlPort(id, false, port, caller);
    return "Port " + port.port() + " is no longer recorded";
  }

  /** What is no number is no port either, and refused in the same words. */
  static PortRequest port(String number, String visibility, String protocol) {
    return new PortRequest(
        number.matches("[0-9]{1,9}") ? Long.parseLong(number) : 0,
        WorkspaceQuery.constant(PortVisibility.class, visibility).orElse(null),
        WorkspaceQuery.constant(PortProtocol.class, protocol).orElse(null));
  }

  private String admission(String id, Function<String, String> fields, Caller caller)
      throws WorkspaceFault {
    limits.acquire("ControlAdmission");
    AdmissionLevel level =
        WorkspaceQuery.constant(AdmissionLevel.class, fields.apply("level")).orElse(null);
    operations.controlAdmission(id, level, caller);
    return "Recorded as open to " + Wording.of(level);
  }

  private String keys(String id, Function<String, String> fields, Caller caller)
      throws WorkspaceFault {
    limits.acquire("UpdateSSHKey");
    List<String> keys =
        fields.apply("keys").lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    operations.updateSshKeys(id, keys, caller);
    return keys.size() == 1 ? "One key is recorded" : keys.size() + " keys are recorded";
  }
}
