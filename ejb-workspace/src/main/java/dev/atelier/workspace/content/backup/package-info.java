/** Backups, snapshots and logs: what they are called in the store, and how they come and go. */
package dev.atelier.workspace.content.backup;
