/** Load for any server of the API, and the figures of this one. */
package dev.atelier.bench;
