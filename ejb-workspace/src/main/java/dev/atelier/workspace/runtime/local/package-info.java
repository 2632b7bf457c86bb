/** Instances as processes of this machine, each in a sandbox of its own where the machine can. */
package dev.atelier.workspace.runtime.local;
