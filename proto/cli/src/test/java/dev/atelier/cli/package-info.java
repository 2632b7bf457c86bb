/** Tests of the command line in one process; the program itself is tried where the server is. */
package dev.atelier.cli;
