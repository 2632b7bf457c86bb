// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
  @ParameterizedTest
  @CsvSource({
    "30m,PT30M,30m0s",
    "1h0m0s,PT1H,1h0m0s",
    "1.5h,PT1H30M,1h30m0s",
    "300ms,PT0.3S,300ms",
    "0,PT0S,0s",
    "+5s,PT5S,5s",
    "-1.5h,PT-1H-30M,-1h30m0s",
    "1us,PT0.000001S,1µs",
    "1µs,PT0.000001S,1µs",
    "1μs,PT0.000001S,1µs",
    "1.5ms,PT0.0015S,1.5ms",
    "999ns,PT0.000000999S,999ns",
    "2h45m.5s,PT2H45M0.5S,2h45m0.5s",
    "36h,PT36H,36h0m0s",
    "1m1.000000001s,PT1M1.000000001S,1m1.000000001s",
    "9223372036854775807ns,PT2562047H47M16.854775807S,2562047h47m16.854775807s",
  })
  void readsAndWritesAsGoDoes(String text, String iso, String written) {
    Duration duration = Duration.parse(iso);

    assertThat(GoDuration.parse(text)).contains(duration);
    assertThat(GoDuration.format(duration)).isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "30",
        "m",
        ".",
        "+",
        "-",
        "1h 2m",
        "1d",
        "PT30M",
        "1e3s",
        "٣s",
        "1..5h",
        ".s",
        "9223372036854775808ns",
        "2562048h",
        "--1s",
        "1h-2m",
        "NaN",
        "1_0s",
        "0x1s"
      })
  void refusesWhatGoRefuses(String text) {
    assertThat(GoDuration.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {101, 100_000})
  void refusesLongTextsAtOnce(int length) {
    assertThat(GoDuration.parse("1".repeat(length) + "s")).isEmpty();
  }
}
