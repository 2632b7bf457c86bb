/** Everything that a workspace manager is, whichever protocol or page asks for it. */
package dev.atelier.workspace;
