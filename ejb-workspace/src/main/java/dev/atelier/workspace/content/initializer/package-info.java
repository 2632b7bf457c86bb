/** How content first comes to be: git, downloads, and several of them in order. */
package dev.atelier.workspace.content.initializer;
