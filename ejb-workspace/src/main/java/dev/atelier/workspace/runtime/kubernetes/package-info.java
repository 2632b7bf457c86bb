/** Instances on a Kubernetes cluster: how it is reached, and what is wired where. */
package dev.atelier.workspace.runtime.kubernetes;
