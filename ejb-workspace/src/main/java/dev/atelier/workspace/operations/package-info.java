/** What clients may ask for: the only door into the manager, whatever the protocol. */
package dev.atelier.workspace.operations;
