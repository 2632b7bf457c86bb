// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Takes secrets out of texts, in every form in which programs show them. */
final class Scrubber {
  private static final String MASK = "***";

  private final List<String> secrets = new ArrayList<>();

  /** Hides {@code texts} from now on, as they are, URL-encoded and in base64. */
  void hide(Collection<String> texts) {
    for (String text : texts) {
      if (text.isEmpty()) {
        continue;
      }
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      secrets.add(text);
      secrets.add(URLEncoder.encode(text, StandardCharsets.UTF_8));
      secrets.add(URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20"));
      secrets.add(Base64.getEncoder().encodeToString(bytes));
      secrets.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }
    // The longest first: a secret that holds another must go as a whole.
    secrets.sort(Comparator.comparingInt(String::length).reversed());
  }

  /** The text without them. */
  String scrub(String text) {
    String clean = text;
    for (String secret : secrets) {
      clean = clean.replace(secret, MASK);
    }
    return clean;
  }
}
