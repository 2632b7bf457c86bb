/** Figures of the manager, in Prometheus' text form. */
package dev.atelier.workspace.metrics;
