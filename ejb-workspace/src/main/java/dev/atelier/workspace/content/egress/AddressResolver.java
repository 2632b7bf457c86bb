// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a host. */
@FunctionalInterface
public interface AddressResolver {
  /** As this machine does. */
  AddressResolver SYSTEM = host -> List.of(InetAddress.getAllByName(host));

  /** At least one address of {@code host}, which may be an address itself. */
  List<InetAddress> resolve(String host) throws UnknownHostException;
}
