/** The page that shows every instance, starts one, and stops one. */
package dev.atelier.web.console;
