// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import static dev.atelier.workspace.simulation.Broken.unless;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.store.OtherVersions;
import dev.atelier.workspace.store.WorkspaceStore.LeftAlone;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Records that another version of the manager has had in its hands: what it wrote is kept as the
 * text that it is, and read and written by this version's own code.
 */
final class ForeignRecords {
  private final World world;
  private final OtherVersions versions = new OtherVersions();
  private final Map<String, String> documents = new LinkedHashMap<>();

  /** Those in which a newer version has noted what this one does not know. */
  private final Set<String> invented = new HashSet<>();

  /** Those that only a newer version may touch. */
  private final Map<String, LeftAlone> leftAlone = new LinkedHashMap<>();

  ForeignRecords(World world) {
    this.world = world;
  }

  /** Another version runs for a while, between two processes of this one. */
  void passThroughOthers(Collection<Workspace> records, double often) {
    for (Workspace record : records) {
      String id = record.id();
      if (leftAlone.containsKey(id)) {
        if (world.chance(0.4)) {
          world.tell("a newer version gives %s back", id);
          leftAlone.remove(id);
          documents.computeIfPresent(id, (key, text) -> OtherVersions.lowered(text));
        }
      } else if (world.chance(often)) {
        pass(record);
      }
    }
    documents.keySet().forEach(this::read);
  }

  private void pass(Workspace record) {
    String id = record.id();
    String document = documents.getOrDefault(id, versions.document(record));
    if (world.chance(0.35)) {
      world.tell("a newer version adds to the record of %s", id);
      invented.add(id);
      documents.put(id, OtherVersions.invented(document));
    } else if (world.chance(0.6) && !invented.contains(id)) {
      world.tell("an older version has written the record of %s", id);
      double seldom = world.random().nextDouble();
      documents.put(id, OtherVersions.older(document, () -> world.chance(seldom)));
    } else {
      world.tell("the record of %s gets a newer format", id);
      documents.put(id, OtherVersions.raised(document));
      leftAlone.put(
          id,
          new LeftAlone(
              id, record.spec().owner(), record.spec().metaId(), record.stopped(), refusal(id)));
    }
    unless(
        leftAlone.containsKey(id) || read(id).equals(record),
        "the record of %s is read as %s and was %s",
        id,
        leftAlone.containsKey(id) ? "" : read(id),
        record);
  }

  private String refusal(String id) {
    try {
      throw new Broken("%s is read: %s", id, versions.read(documents.get(id)));
    } catch (IOException refused) {
      unless(
          refused.getMessage().contains("newer version"),
          "%s is refused without saying why: %s",
          id,
          refused);
      return refused.getMessage();
    }
  }

  private Workspace read(String id) {
    if (leftAlone.containsKey(id)) {
      String unused = refusal(id);
      return null;
    }
    try {
      return versions.read(documents.get(id));
    } catch (IOException refused) {
      throw new Broken("the record of %s is not taken up: %s", id, refused);
    }
  }

  boolean leavesAlone(String id) {
    return leftAlone.containsKey(id);
  }

  Collection<LeftAlone> leftAlone() {
    return leftAlone.values();
  }

  /** Why it is left alone. */
  String reason(String id) {
    return leftAlone.get(id).reason();
  }

  /** This version writes a record. */
  void changed(Workspace before, Workspace after) {
    String id = after.id();
    String document = documents.get(id);
    if (document == null) {
      return;
    }
    unless(read(id).equals(before), "the record of %s is read as %s", id, read(id));
    String next = versions.document(before, after, document);
    documents.put(id, next);
    unless(read(id).equals(after), "the record of %s is written as %s", id, next);
    unless(
        !invented.contains(id) || OtherVersions.keepsInventions(next),
        "what a newer version has added to %s is lost: %s",
        id,
        next);
  }

  void deleted(String id) {
    documents.remove(id);
    invented.remove(id);
  }
}
