// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.console;

import dev.atelier.workspace.domain.WorkspaceFilter;
import dev.atelier.workspace.subscribe.Subscription;
import dev.atelier.workspace.subscribe.Subscriptions;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.ArrayList;
import java.util.List;

/** Who follows instances. */
@Named("subscribers")
@RequestScoped
public class SubscriberList {
  @Inject private Subscriptions subscriptions;

  /**
   * One of them.
   *
   * @param name who
   * @param since when it began, as RFC 3339
   * @param follows what
   * @param taken updates that were taken
   * @param pending updates that wait to be taken
   */
  public record Row(String name, String since, String follows, long taken, int pending) {}

  /** All of them, the first one first. */
  public List<Row> getRows() {
    return subscriptions.all().stream().map(SubscriberList::row).toList();
  }

  private static Row row(Subscription one) {
    return new Row(
        one.name(), one.since().toString(), follows(one.filter()), one.taken(), one.pending());
  }

  private static String follows(WorkspaceFilter filter) {
    List<String> parts = new ArrayList<>();
    if (!filter.owner().isEmpty()) {
      parts.add("owner " + filter.owner());
    }
    if (!filter.metaId().isEmpty()) {
      parts.add("workspace " + filter.metaId());
    }
    filter.annotations().keySet().stream().sorted().forEach(key -> parts.add("annotation " + key));
    return parts.isEmpty() ? "everything" : String.join(", ", parts);
  }
}
