/** What is known of a cluster by watching it. */
package dev.atelier.workspace.runtime.kubernetes.watch;
