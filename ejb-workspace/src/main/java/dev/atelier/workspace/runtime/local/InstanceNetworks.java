// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import java.io.IOException;
import java.util.List;

/**
 * A way to give instances a network of their own. Each network is held by a process, the holder,
 * and is gone with it.
 */
interface InstanceNetworks {
  /** The end of every holder's script: it stays until nobody holds its lifeline any more. */
  String HOLD = "exec >/dev/null\nwhile read -r line; do :; done\n";

  /** Makes the machine ready for networks; nothing happens when it is. */
  void open() throws IOException, InterruptedException;

  /**
   * What of the machine a network is made for. One that was made for something else is not handed
   * out any more.
   */
  String surroundings() throws IOException;

  /**
   * The command of a holder. It reads its lifeline on its standard input until that ends, and
   * writes two lines: its number as the machine counts, and a word when the network is ready.
   *
   * @param surroundings what the network is for
   */
  List<String> holder(String surroundings);

  /**
   * What has to be done from outside once the holder is there.
   *
   * @param holder its number
   * @return a line for the holder to read; empty: none
   */
  String connect(long holder) throws IOException, InterruptedException;

  /**
   * Undoes {@link #connect} at once, for a network that nobody was given.
   *
   * @param connection what that has returned
   */
  void disconnect(String connection) throws IOException;

  /** Puts a command that follows into the network of a holder. */
  List<String> enter(String holder);

  /** Who resolves names inside; empty: nobody. */
  List<String> nameServers();

  /** What the machine's owner should know of; empty: nothing. */
  List<String> warnings();

  /** Undoes {@link #open}, unless there are networks still. */
  void close() throws IOException;
}
