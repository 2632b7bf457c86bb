// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

/**
 * What the sign-in page shows.
 *
 * @param problem why the last try failed; empty: there was none
 * @param to where it leads then: a path of this application
 * @param oidc whether one may sign in elsewhere
 */
public record SignInPage(String problem, String to, boolean oidc) {}
