/**
 * The messages that say how content comes into being, generated from {@code
 * content-service-api/initializer.proto}.
 */
package dev.atelier.proto.contentservice;
