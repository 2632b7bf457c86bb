/**
 * What a client in Java needs beside the generated code: a watch that outlives lost connections,
 * and a start that waits. CLIENTS.md says what they do, in every language.
 */
package dev.atelier.client;
