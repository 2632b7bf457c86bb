/**
 * The gRPC server: wire messages to domain and back, faults to statuses, subscriptions to streams.
 */
package dev.atelier.grpc;
