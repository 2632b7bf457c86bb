// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.reconcile;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who takes up a place: every instance that has not stopped, and each that is about to be recorded.
 * Counted as they come and go, so that a start costs the same however many there are.
 */
public final class Places {

  /** One place. */
  private static final class Place {
    private final String owner;

    /** Whether its instance is known. */
    private boolean shown;

    /** How many are about to record its instance. */
    private int reserved;

    Place(String owner) {
      this.owner = owner;
    }
  }

  /** Decides whether there may be one more; pure. */
  @FunctionalInterface
  public interface Limit {
    /**
     * Checks.
     *
     * @param ofOwner how many places that owner takes up
     * @param inAll how many are taken up
     * @throws WorkspaceFault there may be none
     */
    void check(String owner, long ofOwner, long inAll) throws WorkspaceFault;
  }

  private final Map<String, Place> places = new HashMap<>();
  private final Map<String, Integer> byOwner = new HashMap<>();

  /** Instances of which it is not known whether they were recorded. */
  private final Set<String> doubtful = new LinkedHashSet<>();

  Places() {}

  /**
   * Takes a place for an instance that is about to be recorded, until it is {@link #released}. One
   * that has a place already takes no other.
   *
   * @throws WorkspaceFault what {@code limit} throws; nothing is taken then
   */
  public synchronized void reserve(String id, String owner, Limit limit) throws WorkspaceFault {
    Place place = places.get(id);
    if (place == null) {
      limit.check(owner, byOwner.getOrDefault(owner, 0), places.size());
      place = add(id, owner);
    }
    place.reserved++;
  }

  /** It was recorded, or it was not: what is known of the instance decides from now on. */
  public synchronized void released(String id) {
    Place place = places.get(id);
    if (place != null && place.reserved > 0) {
      place.reserved--;
      removeIfFree(id, place);
    }
  }

  /**
   * It is not known whether it was recorded: its place stays taken until that is {@link #settled}.
   */
  public synchronized void doubted(String id) {
    if (!doubtful.add(id)) {
      // One reservation is enough to hold it.
      released(id);
    }
  }

  /** Instances whose places are taken since it is not known whether they were recorded. */
  public synchronized List<String> doubtful() {
    return List.copyOf(doubtful);
  }

  /** The store has answered whether the instance was recorded, and told of it if it was. */
  public synchronized void settled(String id) {
    if (doubtful.remove(id)) {
      released(id);
    }
  }

  /** An instance is known. */
  synchronized void show(Workspace workspace) {
    String id = workspace.id();
    Place place = places.get(id);
    if (workspace.stopped()) {
      hide(id);
      return;
    }
    if (place == null) {
      place = add(id, workspace.spec().owner());
    }
    place.shown = true;
    settled(id);
  }

  /** An instance has stopped, or is not known any more. */
  synchronized void hide(String id) {
    Place place = places.get(id);
    if (place != null) {
      place.shown = false;
      settled(id);
      removeIfFree(id, place);
    }
  }

  private Place add(String id, String owner) {
    Place place = new Place(owner);
    places.put(id, place);
    byOwner.merge(owner, 1, Integer::sum);
    return place;
  }

  private void removeIfFree(String id, Place place) {
    if (!place.shown && place.reserved == 0 && places.remove(id, place)) {
      byOwner.computeIfPresent(place.owner, (owner, count) -> count == 1 ? null : count - 1);
    }
  }
}
