/** What the first shell of an instance is told to do; the same in every runtime. */
package dev.atelier.workspace.runtime.script;
