// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.hostile;

import java.util.List;
import java.util.Random;

/** Values that break careless servers. */
public final class HostileValues {
  /** Files that path tricks would make are named like this. */
  public static final String MARK = "atelier-escape";

  private static final int MEBIBYTE = 1 << 20;

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "\0",
          "a\0b",
          "a\nb\r\n",
          "\u202e\ufeff\ud83d\ude00 äöü",
          "%s%n%x${jndi:ldap://127.0.0.1:1/a}{0}",
          "'; DROP TABLE instance; --",
          "<script>alert(1)</script>",
          "$(touch /tmp/" + MARK + ")",
          "`touch /tmp/" + MARK + "`",
          "--upload-pack=touch /tmp/" + MARK,
          "-",
          "--",
          "null",
          "true",
          "0",
          "-1",
          "A",
          "-a",
          "a-",
          "a.b",
          "9-a",
          "ä",
          "xn--a",
          "a".repeat(52),
          "a".repeat(53),
          "a".repeat(64),
          "default",
          "unknown-class");

  private static final List<String> PATHS =
      List.of(
          "..",
          "../" + MARK,
          "../../../../../../tmp/" + MARK,
          "/tmp/" + MARK,
          "/workspace/../" + MARK,
          "/workspace/a/../../" + MARK,
          "/workspace",
          "/workspacex",
          "/",
          "//",
          ".",
          "./a/./b",
          "a/../..",
          "a//b",
          "~/" + MARK,
          "a\\..\\" + MARK,
          "..%2f" + MARK,
          "\0/" + MARK,
          "/proc/self/environ",
          "/dev/null",
          "a/".repeat(3_000),
          "x".repeat(300));

  private static final List<String> DURATIONS =
      List.of(
          "0",
          "0s",
          "-1s",
          "-0",
          "1",
          "1x",
          "s",
          ".s",
          "1.s",
          "9223372036854775807ns",
          "9223372036854775808ns",
          "99999999999999999999h",
          "1e9s",
          "1h1h1h",
          "  1s",
          "1s ",
          "٣s",
          "30m",
          "300ms",
          "9".repeat(100_000) + "h");

  private static final List<String> URLS =
      List.of(
          "file:///etc/passwd",
          "ftp://127.0.0.1/a",
          "http://",
          "http://[::1",
          "http:///a",
          "http://user:password@127.0.0.1:1/a",
          "http://169.254.169.254/latest/meta-data",
          "http://127.0.0.1:1/a.git",
          "https://127.0.0.1:1/a b",
          "ext::sh -c touch% /tmp/" + MARK,
          "ssh://-oProxyCommand=touch/a",
          "git@127.0.0.1:a.git",
          "javascript:alert(1)",
          "http://a\0b/",
          "http://127.0.0.1:99999/");

  private static final List<String> DIGESTS =
      List.of(
          "sha256:",
          "sha256:" + "0".repeat(63),
          "sha256:" + "0".repeat(64),
          "sha256:" + "g".repeat(64),
          "md5:" + "0".repeat(32),
          "sha512:" + "0".repeat(64),
          ":",
          "0".repeat(64));

  private static final List<String> TIMES =
      List.of(
          "-999999999-01-01",
          "+999999999-12-31",
          "0000-00-00",
          "2026-02-30",
          "9999-12-31",
          "10000-01-01",
          "-1000000000-01-01T00:00:00Z",
          "+1000000000-12-31T23:59:59.999999999Z",
          "9999-12-31T23:59:60Z",
          "1970-01-01T00:00:00Z",
          "2026-01-01T00:00:00+23:59",
          "2026-01-01T25:00:00Z",
          "yesterday");

  private static final List<List<String>> KINDS =
      List.of(TEXTS, PATHS, DURATIONS, URLS, DIGESTS, TIMES);

  private static final long[] NUMBERS = {
    0, 1, -1, 2, 3, 4, 5, 7, 80, 65_535, 65_536, Integer.MAX_VALUE, Integer.MIN_VALUE, 1_000_000
  };

  private final Random random;

  /** The same values for the same numbers. */
  public HostileValues(Random random) {
    this.random = random;
  }

  /** A text; one of some two hundred has 4 MiB. */
  public String text() {
    if (random.nextInt(200) == 0) {
      return (random.nextBoolean() ? "a" : "ü").repeat(2 * MEBIBYTE);
    }
    if (random.nextInt(20) == 0) {
      return "a".repeat(random.nextInt(140_000));
    }
    return of(KINDS.get(random.nextInt(KINDS.size())));
  }

  /** A number, mostly at the end of a range. */
  public int number() {
    return random.nextInt(4) == 0
        ? random.nextInt()
        : (int) NUMBERS[random.nextInt(NUMBERS.length)];
  }

  private String of(List<String> values) {
    return values.get(random.nextInt(values.size()));
  }
}
