// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import dev.atelier.workspace.content.store.ContentStoreFault.Kind;
import dev.atelier.workspace.content.store.Grant.Act;
import java.util.Map;

/**
 * How it is asked whether something may be done with the objects of a folder: as a request to a
 * bucket is, by the act and the name alone. The answer is good for that one time.
 */
public final class FolderRequests {
  private static final Map<String, String> GRANTED = Map.of("granted", "true");

  private FolderRequests() {}

  static StoreRequest of(Act act, String name) {
    return new StoreRequest(act.name(), name, Map.of(), Map.of());
  }

  /** Whether an object, or for {@link Act#LIST} objects, can have such a name. */
  static boolean valid(Act act, String name) {
    return switch (act) {
      case LIST -> ObjectNames.validPrefix(name);
      case READ, WRITE, DELETE -> ObjectNames.valid(name);
    };
  }

  static boolean granted(Map<String, String> answer) {
    return answer.equals(GRANTED);
  }

  /**
   * The answer, where it may be done.
   *
   * @throws ContentStoreFault REFUSED: it is not granted
   * @throws IllegalArgumentException it is no such request
   */
  public static Map<String, String> answer(StoreRequest request, Grant grant)
      throws ContentStoreFault {
    Act act = Act.valueOf(request.method());
    boolean plain = request.query().isEmpty() && request.headers().isEmpty();
    if (!plain || !valid(act, request.path()) || !grant.covers(act, request.path())) {
      throw new ContentStoreFault(
          Kind.REFUSED, "this is not granted: " + act + " of its path", null);
    }
    return GRANTED;
  }
}
