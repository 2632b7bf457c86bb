// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it.hostile;

/** A request as it is sent. */
final class Sent {
  private final byte[] bytes;
  private final boolean whole;
  private final boolean bare;

  /**
   * The bytes of one, which are kept as they are.
   *
   * @param whole HTTP asks for an answer
   * @param bare and for one without a body
   */
  Sent(byte[] bytes, boolean whole, boolean bare) {
    this.bytes = bytes;
    this.whole = whole;
    this.bare = bare;
  }

  byte[] bytes() {
    return bytes;
  }

  boolean whole() {
    return whole;
  }

  boolean bare() {
    return bare;
  }
}
