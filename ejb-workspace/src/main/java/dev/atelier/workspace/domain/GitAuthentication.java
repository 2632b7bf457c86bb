// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

/**
 * How git shows who asks. A secret: never in a status, a log or a process list.
 *
 * @param method how
 * @param user for {@link Method#BASIC}; may be empty
 * @param password for {@link Method#BASIC}; may be empty
 * @param oneTimeSecretUrl for {@link Method#ONE_TIME_SECRET}: answers {@code user:password} once
 */
public record GitAuthentication(
    Method method, String user, String password, String oneTimeSecretUrl) {

  /** No authentication. */
  public static final GitAuthentication NONE = new GitAuthentication(Method.NONE, "", "", "");

  /** The ways of authentication. */
  public enum Method {
    /** None. */
    NONE,
    /** HTTP basic authentication. */
    BASIC,
    /** HTTP basic authentication with what a URL answers once. */
    ONE_TIME_SECRET
  }

  @Override
  public String toString() {
    return "GitAuthentication[" + method + "]";
  }
}
