/** Figures over HTTP. */
package dev.atelier.web.metrics;
