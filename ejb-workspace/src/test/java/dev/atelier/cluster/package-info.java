/** Kubernetes, as tests of every module ask it. */
package dev.atelier.cluster;
