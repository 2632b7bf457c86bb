/** Tests of the client against connections that end as they like. */
package dev.atelier.client;
