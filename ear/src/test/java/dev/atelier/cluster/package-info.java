/** A real API server for tests and benches, and what plays the nodes behind it. */
package dev.atelier.cluster;
