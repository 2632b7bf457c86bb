// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go's time package writes and reads them: the wire's form of every duration. */
public final class GoDuration {
  /** The longest one: 2^63-1 ns, some 292 years. */
  public static final Duration MAX = Duration.ofNanos(Long.MAX_VALUE);

  /** Longer texts are refused before any arithmetic; the longest sensible one has 40 characters. */
  private static final int MAX_LENGTH = 100;

  private static final Pattern TERM =
      Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)");
  private static final Map<String, Long> NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "\u00b5s", 1_000L,
          "\u03bcs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);

  private GoDuration() {}

  /** The duration that {@code text} names; empty when it names none, or one beyond ±2^63 ns. */
  public static Optional<Duration> parse(String text) {
    if (text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    boolean negative = text.startsWith("-");
    String terms = negative || text.startsWith("+") ? text.substring(1) : text;
    if (terms.equals("0")) {
      return Optional.of(Duration.ZERO);
    }
    BigInteger nanos = BigInteger.ZERO;
    Matcher term = TERM.matcher(terms);
    int end = 0;
    while (end < terms.length()) {
      if (!term.find(end) || term.start() != end) {
        return Optional.empty();
      }
      BigDecimal value =
          new BigDecimal(term.group(1).endsWith(".") ? term.group(1) + "0" : term.group(1));
      nanos =
          nanos.add(
              value
                  .multiply(BigDecimal.valueOf(NANOS.get(term.group(2))))
                  .setScale(0, RoundingMode.DOWN)
                  .toBigInteger());
      end = term.end();
    }
    if (end == 0 || nanos.bitLength() > 63) {
      return Optional.empty();
    }
    return Optional.of(Duration.ofNanos((negative ? nanos.negate() : nanos).longValueExact()));
  }

  /** As Go writes it: {@code 1h0m0s}, {@code 1.5s}, {@code 300ms}, {@code 0s}. */
  public static String format(Duration duration) {
    if (duration.isZero()) {
      return "0s";
    }
    if (duration.isNegative()) {
      return "-" + format(duration.negated());
    }
    if (duration.toSeconds() == 0) {
      long nanos = duration.toNanos();
      if (nanos < 1_000) {
        return nanos + "ns";
      }
      return nanos < 1_000_000 ? decimal(nanos, 3) + "\u00b5s" : decimal(nanos, 6) + "ms";
    }
    StringBuilder text = new StringBuilder();
    if (duration.toHours() > 0) {
      text.append(duration.toHours()).append('h');
    }
    if (duration.toMinutes() > 0) {
      text.append(duration.toMinutesPart()).append('m');
    }
    long nanosPastMinute = duration.toSecondsPart() * 1_000_000_000L + duration.toNanosPart();
    return text.append(decimal(nanosPastMinute, 9)).append('s').toString();
  }

  private static String decimal(long unscaled, int scale) {
    BigDecimal value = BigDecimal.valueOf(unscaled, scale).stripTrailingZeros();
    return value.signum() == 0 ? "0" : value.toPlainString();
  }
}
