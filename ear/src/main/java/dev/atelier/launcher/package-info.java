/** The main class of {@code atelier.jar}: defaults, checks, and one server in this process. */
package dev.atelier.launcher;
