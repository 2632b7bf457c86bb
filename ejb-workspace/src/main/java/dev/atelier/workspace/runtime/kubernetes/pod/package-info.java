/** Instances as pods: what a pod is made of, what is seen of it, and what is done with it. */
package dev.atelier.workspace.runtime.kubernetes.pod;
