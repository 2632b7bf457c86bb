/**
 * The archive of a content folder: made and unpacked by GNU tar inside, squeezed and checked here.
 */
package dev.atelier.workspace.content.archive;
