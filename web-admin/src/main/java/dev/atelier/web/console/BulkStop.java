// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.Limits;
import dev.atelier.workspace.operations.WorkspaceOperations;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Stops many instances, each by a call of its own. */
@ApplicationScoped
public class BulkStop {
  @Inject private WorkspaceOperations operations;
  @Inject private Limits limits;

  /**
   * Stops these, as far as they have not stopped.
   *
   * @return how many were asked to stop, for people
   * @throws WorkspaceFault the first refusal, with how many were asked to stop before
   */
  String stop(List<String> ids, Caller caller) throws WorkspaceFault {
    int done = 0;
    for (String id : ids) {
      try {
        limits.acquire("StopWorkspace");
        operations.stop(id, StopPolicy.NORMALLY, caller);
        done++;
      } catch (WorkspaceFault fault) {
        throw done == 0
            ? fault
            : WorkspaceFault.failedPrecondition(
                "%d of %d were asked to stop, then: %s"
                    .formatted(done, ids.size(), fault.getMessage()));
      }
    }
    return done == 1 ? "One workspace is stopping" : done + " workspaces are stopping";
  }

  /**
   * The ids of all that a list shows and that can be stopped.
   *
   * @param search of the list's address
   */
  List<String> matching(String search) throws WorkspaceFault {
    WorkspaceQuery query = WorkspaceQuery.of(parameters(search)::get);
    return operations.overview().stream()
        .map(WorkspaceOperations.DescribedWorkspace::workspace)
        .filter(one -> one.phase().compareTo(Phase.STOPPING) < 0 && query.includes(one))
        .map(Workspace::id)
        .toList();
  }

  static Map<String, String> parameters(String search) throws WorkspaceFault {
    Map<String, String> parameters = new HashMap<>();
    for (String pair : search.replaceFirst("^\\?", "").split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        parameters.put(pair.substring(0, equals), decoded(pair.substring(equals + 1)));
      }
    }
    return parameters;
  }

  private static String decoded(String text) throws WorkspaceFault {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw WorkspaceFault.invalid("matching", "must be the search of a list's address");
    }
  }
}
