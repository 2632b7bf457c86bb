// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.PortRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of the form of which there can be any number. Empty ones count for nothing.
 *
 * @param ports at least one row
 * @param variables at least one row
 */
record StartRows(List<PortRow> ports, List<VariableRow> variables) {
  /** More than anybody enters by hand. */
  private static final int MOST = 100;

  /**
   * A port to expose.
   *
   * @param field what faults of it are known by
   * @param port as entered
   * @param visibility as chosen
   * @param protocol as chosen
   */
  public record PortRow(String field, String port, String visibility, String protocol) {
    boolean entered() {
      return !port.isEmpty();
    }
  }

  /**
   * A variable of the environment.
   *
   * @param field what faults of it are known by
   * @param name as entered
   * @param value as entered
   */
  public record VariableRow(String field, String name, String value) {
    boolean entered() {
      return !(name + value).isEmpty();
    }

    /** Not its value. */
    @Override
    public String toString() {
      return "VariableRow[" + name + "]";
    }
  }

  /** Reads them from a form that was sent; one empty row of each from anything else. */
  static StartRows of(HttpServletRequest request) {
    String[] ports = values(request, "port");
    String[] visibilities = values(request, "visibility");
    String[] protocols = values(request, "protocol");
    List<PortRow> portRows = new ArrayList<>();
    for (int i = 0; i < Math.max(1, ports.length); i++) {
      portRows.add(
          new PortRow(
              "port-" + i,
              at(ports, i, "").strip(),
              at(visibilities, i, "private"),
              at(protocols, i, "http")));
    }
    String[] names = values(request, "variable");
    String[] values = values(request, "value");
    List<VariableRow> variableRows = new ArrayList<>();
    for (int i = 0; i < Math.max(1, names.length); i++) {
      variableRows.add(
          new VariableRow("variable-" + i, at(names, i, "").strip(), at(values, i, "")));
    }
    return new StartRows(List.copyOf(portRows), List.copyOf(variableRows));
  }

  private static String[] values(HttpServletRequest request, String name) {
    String[] values = request.getMethod().equals("POST") ? request.getParameterValues(name) : null;
    return values == null || values.length > MOST ? new String[0] : values;
  }

  private static String at(String[] values, int index, String other) {
    return index < values.length ? values[index] : other;
  }

  List<PortRequest> requests() {
    return ports.stream()
        .filter(PortRow::entered)
        .map(row -> WorkspaceActs.port(row.port(), row.visibility(), row.protocol()))
        .toList();
  }

  List<EnvironmentVariable> environment() {
    return variables.stream()
        .filter(VariableRow::entered)
        .map(row -> EnvironmentVariable.of(row.name(), row.value()))
        .toList();
  }

  /** The row that a fault such as {@code ports-1} of the request means; others as they are. */
  String formField(String field) {
    if (field.matches("ports-[0-9]+")) {
      return ports.stream()
          .filter(PortRow::entered)
          .skip(Long.parseLong(field.substring("ports-".length())))
          .findFirst()
          .map(PortRow::field)
          .orElse("");
    }
    if (field.matches("envvars-[0-9]+")) {
      return variables.stream()
          .filter(VariableRow::entered)
          .skip(Long.parseLong(field.substring("envvars-".length())))
          .findFirst()
          .map(VariableRow::field)
          .orElse("");
    }
    return field;
  }
}
