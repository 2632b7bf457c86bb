/** Keeps pages of other sites out, before anybody is asked who they are. */
package dev.atelier.web.guard;
