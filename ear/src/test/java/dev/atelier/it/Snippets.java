// SPDX-License-Identifier: Apache-2.0
package dev.atelier.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The pieces of code of one language on a page of the documentation. */
final class Snippets {
  private final Path page;
  private final List<String> pieces;

  private Snippets(Path page, List<String> pieces) {
    this.page = page;
    this.pieces = pieces;
  }

  static Snippets of(Path page, String language) throws IOException {
    Pattern fence =
        Pattern.compile("^```" + language + "\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    return new Snippets(
        page,
        fence.matcher(Files.readString(page)).results().map(match -> match.group(1)).toList());
  }

  /** The one that begins so. */
  String starting(String words) {
    return pieces.stream().filter(piece -> piece.startsWith(words)).findFirst().orElseThrow();
  }

  int count() {
    return pieces.size();
  }

  /**
   * All of them as one program.
   *
   * @param id stands for the page's "first", and before the page's "second"
   */
  String program(String address, String repository, String id) {
    if (pieces.isEmpty()) {
      throw new IllegalStateException("nothing on " + page);
    }
    return String.join("\n", pieces)
        .replace("127.0.0.1:9000", address)
        .replace("https://github.com/octocat/Hello-World", repository)
        .replaceAll("\"first\"", "\"" + id + "\"")
        .replaceAll("\"second\"", "\"" + id + "-second\"");
  }
}
