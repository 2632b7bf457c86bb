// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.runtime.kubernetes.state.WorkspaceCache.Known;
import dev.atelier.workspace.store.HeardBy;
import dev.atelier.workspace.store.HeardStore;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who has heard what, in an annotation of each instance's resource: every manager reads it by its
 * watch, and the status, which is the instance, stays as it is.
 */
final class AnnotatedHeardStore implements HeardStore {
  /** As often as other managers, or the lifecycle, may be faster. */
  private static final int ATTEMPTS = 30;

  private final WorkspaceApi api;
  private final WorkspaceCache cache;

  AnnotatedHeardStore(WorkspaceApi api, WorkspaceCache cache) {
    this.api = api;
    this.cache = cache;
  }

  @Override
  public Map<String, Long> heardBy(String caller) {
    Map<String, Long> versions = new HashMap<>();
    for (Known known : cache.all()) {
      long version = known.heard().version(caller);
      if (version > 0) {
        versions.put(known.workspace().id(), version);
      }
    }
    return versions;
  }

  @Override
  public void note(Map<String, HeardBy> heard) throws WorkspaceFault {
    for (Map.Entry<String, HeardBy> one : heard.entrySet()) {
      try {
        note(one.getKey(), one.getValue());
      } catch (ApiFailure e) {
        throw e.unavailable();
      }
    }
  }

  private void note(String id, HeardBy heard) throws ApiFailure {
    for (int attempt = 1; ; attempt++) {
      Optional<Known> known = cache.get(id);
      if (known.isEmpty() || heard.newest() > known.get().workspace().version()) {
        return;
      }
      HeardBy before = known.get().heard();
      HeardBy after = before.with(heard);
      if (after.equals(before)) {
        return;
      }
      try {
        cache.accept(api.writeHeard(id, known.get().uid(), known.get().revision(), after));
        return;
      } catch (ApiFailure e) {
        boolean over =
            switch (e.kind()) {
              case CONFLICT -> !refreshed(id);
              // Nobody could ever note it: that must not keep others from being noted.
              case NOT_FOUND, INVALID -> true;
              case EXISTS, REFUSED, DOUBTFUL -> throw e;
            };
        if (over) {
          return;
        }
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** Whether there still is a resource, whose newest state is known then. */
  private boolean refreshed(String id) throws ApiFailure {
    Optional<WorkspaceResource> now = api.get(id);
    now.ifPresent(cache::accept);
    return now.isPresent();
  }
}
