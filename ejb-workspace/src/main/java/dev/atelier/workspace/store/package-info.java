/** The port to where instances are recorded, and its adapter to relational databases. */
package dev.atelier.workspace.store;
