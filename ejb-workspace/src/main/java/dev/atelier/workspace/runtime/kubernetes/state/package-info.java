/** The state of instances and snapshots as custom resources: the only truth on a cluster. */
package dev.atelier.workspace.runtime.kubernetes.state;
