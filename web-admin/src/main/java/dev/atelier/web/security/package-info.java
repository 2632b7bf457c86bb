/** Who asks over HTTP, and what they may do: sign-in, sessions, tokens, and one table of it all. */
package dev.atelier.web.security;
