/** How components read their configuration: typed, with every fault told at once. */
package dev.atelier.workspace.config;
