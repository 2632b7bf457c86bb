// SPDX-License-Identifier: Apache-2.0
package dev.atelier.launcher;

import dev.atelier.workspace.security.PasswordHash;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Makes the hash of a password that the configuration takes. */
final class HashPassword {
  private static final int SHORTEST = 8;

  private HashPassword() {}

  /** Reads a line, writes a line, and answers the exit code. */
  static int run(InputStream in, PrintStream out, PrintStream err) {
    String password;
    try {
      password = read(in);
    } catch (IOException e) {
      err.println("atelier: cannot read the password (" + e.getMessage() + ")");
      return 1;
    }
    if (password == null || password.length() < SHORTEST) {
      err.println("atelier: a password has " + SHORTEST + " characters or more");
      return 1;
    }
    out.println(PasswordHash.of(password, PasswordHash.hmac()));
    out.flush();
    return 0;
  }

  /** Of a terminal without showing it. */
  @SuppressWarnings("SystemConsoleNull") // Up to Java 21 null tells that there is no terminal.
  private static String read(InputStream in) throws IOException {
    Console terminal = System.console();
    if (terminal != null) {
      char[] typed = terminal.readPassword("Password: ");
      return typed == null ? null : new String(typed);
    }
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
  }
}
