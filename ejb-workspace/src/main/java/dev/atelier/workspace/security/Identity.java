// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

/**
 * Somebody who was recognized.
 *
 * @param name for people and the audit log; never empty
 * @param scope how much they may do
 */
public record Identity(String name, Scope scope) {}
