/** A runtime for measurements, which is put into a copy of the program. */
package dev.atelier.bench.idle;
