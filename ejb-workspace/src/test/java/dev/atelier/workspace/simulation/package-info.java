/**
 * The whole core in one thread under a seeded scheduler, with a clock, store and runtime that fail.
 */
package dev.atelier.workspace.simulation;
