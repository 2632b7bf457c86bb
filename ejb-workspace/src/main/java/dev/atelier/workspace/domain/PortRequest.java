// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/**
 * A port that a client asks to expose.
 *
 * @param port as sent, any number of 0 to 2^32-1
 * @param visibility null when the edge could not read it
 * @param protocol null when the edge could not read it
 */
public record PortRequest(long port, PortVisibility visibility, PortProtocol protocol) {}
