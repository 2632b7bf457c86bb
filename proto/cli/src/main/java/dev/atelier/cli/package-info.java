/** The command line client: a thin layer over the calls, for people and for scripts. */
package dev.atelier.cli;
