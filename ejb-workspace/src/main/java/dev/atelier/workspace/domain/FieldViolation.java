// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/**
 * One fault of a request.
 *
 * @param field path of the field in the wire's names, such as {@code spec.ports[1].port}
 * @param description what is wrong with it and what would be right
 */
public record FieldViolation(String field, String description) {}
