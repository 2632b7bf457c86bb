/** Keeps pages of other sites out: nobody is asked to sign in yet. */
package dev.atelier.web.guard;
