/** The console and the HTTP resources of the manager. */
package dev.atelier.web;
