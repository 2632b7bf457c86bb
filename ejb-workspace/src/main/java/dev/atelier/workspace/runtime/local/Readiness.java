// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

/** When the main process of an instance counts as ready. */
sealed interface Readiness {

  /** As soon as it was started. */
  record AtOnce() implements Readiness {}

  /**
   * Once something in the instance listens.
   *
   * @param number 1 to 65535
   */
  record Port(int number) implements Readiness {}

  /**
   * Once a GET is answered with a status from 200 to 399.
   *
   * @param port 1 to 65535
   * @param path begins with a slash
   */
  record Http(int port, String path) implements Readiness {}

  /**
   * Once a file of the workspace folder is there.
   *
   * @param path relative to the workspace folder
   */
  record File(String path) implements Readiness {}
}
