// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.util.Map;

/** Signs the requests of a store that has no credentials itself. May be called by many threads. */
@FunctionalInterface
public interface RequestSigner {
  /**
   * The headers that make a request one of the credentials' owner, good for some minutes.
   *
   * @throws ContentStoreFault UNAVAILABLE: nobody is there to sign it; REFUSED: it may not be made
   */
  Map<String, String> sign(StoreRequest request) throws ContentStoreFault, InterruptedException;
}
