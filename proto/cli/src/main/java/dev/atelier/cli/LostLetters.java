// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Arguments that Java could not read: in a locale of ASCII alone other letters become "?". */
final class LostLetters {
  private LostLetters() {}

  /**
   * Whether any letter was lost.
   *
   * @param encoding what Java reads arguments in
   * @param commandLine the bytes as they were given; a file that some systems do not have
   */
  static boolean in(String encoding, Path commandLine) {
    if (!Charset.isSupported(encoding)
        || !Charset.forName(encoding).equals(StandardCharsets.US_ASCII)) {
      return false;
    }
    try {
      for (byte one : Files.readAllBytes(commandLine)) {
        if (one < 0) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false; // No such system has been without a locale in UTF-8.
    }
  }
}
