/** A client that means no good, for the resources and pages of a server on this machine. */
package dev.atelier.it.hostile;
