/** How the content of an instance is made, saved and brought back; the same in every runtime. */
package dev.atelier.workspace.content;
