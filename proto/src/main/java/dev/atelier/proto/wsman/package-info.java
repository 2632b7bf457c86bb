/** The workspace manager's messages and service, generated from {@code core.proto}. */
package dev.atelier.proto.wsman;
