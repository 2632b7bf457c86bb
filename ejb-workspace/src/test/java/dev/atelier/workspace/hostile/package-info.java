/** What clients send that mean no good, for any door. */
package dev.atelier.workspace.hostile;
