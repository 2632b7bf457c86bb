/** A client that means no good, for a server of this API at any address. */
package dev.atelier.grpc.hostile;
