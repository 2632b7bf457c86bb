/** Who may do what, and how it is found out who somebody is. */
package dev.atelier.workspace.security;
