/** The port to where instances run. */
package dev.atelier.workspace.runtime;
