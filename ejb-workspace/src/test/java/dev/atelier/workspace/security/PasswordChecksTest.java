// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.security.SecuritySettings.User;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PasswordChecksTest {
  private static final String HERE = "192.0.2.1";
  private static final Identity ANNA = new Identity("anna", Scope.ADMIN);

  private final Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final SecuritySettings settings =
      new SecuritySettings(
          Map.of("anna", new User(PasswordHash.of("right", PasswordHash.hmac()), Scope.ADMIN)),
          Map.of(),
          Map.of());
  private final PasswordChecks checks =
      new PasswordChecks(new Identities(settings, () -> now), new Guesses(() -> now));
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private String outcome(String name, String password, String address) {
    try {
      return checks.check(name, password, address).map(Identity::name).orElse("nobody");
    } catch (TooManyGuesses refused) {
      assertThat(refused.left()).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(15));
      return "too many";
    }
  }

  private List<String> atOnce(int count, IntFunction<String> call)
      throws InterruptedException, ExecutionException {
    List<Callable<String>> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      calls.add(() -> call.apply(number));
    }
    List<String> outcomes = new ArrayList<>();
    for (Future<String> done : threads.invokeAll(calls)) {
      outcomes.add(done.get());
    }
    return outcomes;
  }

  @Test
  void theRightPasswordIsKnownAndAWrongOneIsNobodys() throws TooManyGuesses {
    assertThat(checks.check("anna", "wrong", HERE)).isEmpty();
    assertThat(checks.check("bob", "right", HERE)).isEmpty();
    assertThat(checks.check("anna", "right", HERE)).isEqualTo(Optional.of(ANNA));
  }

  @Test
  void aBurstOfGuessesIsNoCheaperThanOneAfterTheOther() throws Exception {
    List<String> outcomes = atOnce(100, i -> outcome("anna", "guess " + i, HERE));
    assertThat(outcomes.stream().filter("nobody"::equals).count()).isLessThanOrEqualTo(3);
    assertThat(outcomes).doesNotContain("anna");
    assertThatThrownBy(() -> checks.check("anna", "one more", HERE))
        .isInstanceOf(TooManyGuesses.class);
  }

  @Test
  void whoSendsTheRightOneManyTimesAtOnceIsLetInEachTime() throws Exception {
    assertThat(atOnce(50, i -> outcome("anna", "right", HERE))).containsOnly("anna");
  }

  @Test
  void aRememberedPasswordIsNotKeptOutByWrongOnesOfTheSameAddress() throws TooManyGuesses {
    assertThat(checks.check("anna", "right", HERE)).isPresent();
    for (int i = 0; i < 5; i++) {
      outcome("anna", "wrong " + i, HERE);
    }
    assertThat(checks.check("anna", "right", HERE)).isPresent();
  }

  @Test
  void noMoreThanTwoProcessorsHash() throws Exception {
    AtomicInteger most = new AtomicInteger();
    AtomicInteger running = new AtomicInteger();
    Identities counted =
        new Identities(settings, () -> now) {
          @Override
          Optional<Identity> user(String name, String password) {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            try {
              return super.user(name, password);
            } finally {
              running.decrementAndGet();
            }
          }
        };
    PasswordChecks busy = new PasswordChecks(counted, new Guesses(() -> now));
    List<String> outcomes =
        atOnce(
            40,
            i -> {
              try {
                return busy.check("user " + i, "guess", "192.0.2." + i).isEmpty() ? "no" : "yes";
              } catch (TooManyGuesses refused) {
                return "too many";
              }
            });
    assertThat(most.get()).isBetween(1, PasswordChecks.AT_ONCE);
    assertThat(outcomes).contains("no").doesNotContain("yes");
  }

  @Test
  void oneAddressDoesNotTakeAllPlaces() throws Exception {
    List<String> outcomes = atOnce(40, i -> outcome("user " + i, "guess", HERE));
    assertThat(outcomes).contains("too many");
    assertThat(outcome("anna", "right", "198.51.100.7")).isEqualTo("anna");
  }
}
