// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.script;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atelier.workspace.domain.EnvironmentVariable;
import dev.atelier.workspace.domain.WorkspaceType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tasks of a workspace.
 *
 * @param tasks in order
 * @param fault why there are none though some were asked for; empty: they could be read
 */
public record TaskList(List<Task> tasks, String fault) {
  /** As many parts of a task are run in a mode. */
  static final int MOST_PARTS = 3;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Copies what was given. */
  public TaskList {
    tasks = List.copyOf(tasks);
  }

  /**
   * One task, each part of which may be empty.
   *
   * @param name for people
   * @param before done at each start
   * @param init done once for a content
   * @param prebuild done while nobody works in it, after {@code init}
   * @param command goes on while somebody works
   * @param environment added for this task alone
   */
  public record Task(
      String name,
      String before,
      String init,
      String prebuild,
      String command,
      Map<String, String> environment) {}

  /** When a workspace's tasks are run, which of their parts. */
  public enum Mode {
    /** Somebody works in it for the first time: everything. */
    FIRST {
      @Override
      List<String> parts(Task task) {
        return List.of(task.before, task.init, task.command);
      }
    },
    /** Its content was initialized before: not again. */
    AGAIN {
      @Override
      List<String> parts(Task task) {
        return List.of(task.before, task.command);
      }
    },
    /** Nobody works in it: what prepares its content. */
    HEADLESS {
      @Override
      List<String> parts(Task task) {
        return List.of(task.before, task.init, task.prebuild);
      }
    };

    abstract List<String> parts(Task task);

    /** The one for a workspace in whose content init was done before, or was not. */
    public static Mode of(WorkspaceType type, boolean prepared) {
      if (type.headless()) {
        return HEADLESS;
      }
      return prepared ? AGAIN : FIRST;
    }
  }

  /** Reads a list in JSON; an empty text is an empty list. */
  public static TaskList parse(String json) {
    if (json.isBlank()) {
      return new TaskList(List.of(), "");
    }
    try {
      JsonNode list = JSON.readTree(json);
      if (!list.isArray()) {
        return new TaskList(List.of(), "GITPOD_TASKS is not a list");
      }
      List<Task> tasks = new ArrayList<>();
      list.forEach(node -> tasks.add(task(node)));
      return new TaskList(tasks, "");
    } catch (JsonProcessingException e) {
      return new TaskList(List.of(), "GITPOD_TASKS is not JSON");
    }
  }

  private static Task task(JsonNode node) {
    Map<String, String> environment = new LinkedHashMap<>();
    node.path("env")
        .properties()
        .forEach(
            entry -> {
              if (EnvironmentVariable.usable(entry.getKey())) {
                JsonNode value = entry.getValue();
                environment.put(
                    entry.getKey(), value.isValueNode() ? value.asText() : value.toString());
              }
            });
    return new Task(
        node.path("name").asText(""),
        node.path("before").asText(""),
        node.path("init").asText(""),
        node.path("prebuild").asText(""),
        node.path("command").asText(""),
        environment);
  }
}
