/** One loop that brings every instance to what was asked for, and tells everyone what changed. */
package dev.atelier.workspace.reconcile;
