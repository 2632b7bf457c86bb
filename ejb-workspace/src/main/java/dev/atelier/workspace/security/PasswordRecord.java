// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import dev.atelier.workspace.domain.WorkspaceFault;
import java.util.Optional;

/** Where the hash of the first password is kept, for every manager that has the same users. */
public interface PasswordRecord {

  /**
   * What is kept; empty: nothing yet.
   *
   * @throws WorkspaceFault UNAVAILABLE: it cannot be read
   */
  Optional<String> read() throws WorkspaceFault;

  /**
   * Keeps a hash where none is kept yet; durable on return.
   *
   * @return whether it is kept; false: another manager came first
   * @throws WorkspaceFault UNAVAILABLE: it cannot be written
   */
  boolean keep(String hash) throws WorkspaceFault;

  /** The place's name, for people. */
  @Override
  String toString();
}
