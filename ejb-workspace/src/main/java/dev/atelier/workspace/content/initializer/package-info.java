/**
 * How content first comes to be: from what is stored, git, downloads, and several of them in order.
 */
package dev.atelier.workspace.content.initializer;
