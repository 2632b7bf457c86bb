// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/** Makes what nobody may guess. */
public interface Randomness {
  /** Of an owner token, in bytes; the contract asks for 256 bits or more. */
  int TOKEN_BYTES = 32;

  /** Of a snapshot's id, in bytes: the contract asks for 128 bits. */
  int SNAPSHOT_BYTES = 16;

  /** Of the machine's secure source. */
  static Randomness secure() {
    SecureRandom random = new SecureRandom();
    return new Randomness() {
      @Override
      public String ownerToken() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(TOKEN_BYTES));
      }

      @Override
      public String snapshotId() {
        return HexFormat.of().formatHex(bytes(SNAPSHOT_BYTES));
      }

      private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
      }
    };
  }

  /** A new owner token, in characters that are safe in cookies and headers. */
  String ownerToken();

  /** A new id of a {@link dev.atelier.workspace.domain.SnapshotUrl}. */
  String snapshotId();
}
