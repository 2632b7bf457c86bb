// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/**
 * A port of an instance that is recorded for a proxy to serve.
 *
 * @param port 1 to 65535
 * @param visibility who may use it
 * @param protocol how that proxy talks to it
 * @param url where it is served
 */
public record ExposedPort(int port, PortVisibility visibility, PortProtocol protocol, String url) {}
