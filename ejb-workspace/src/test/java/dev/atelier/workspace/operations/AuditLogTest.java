// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.WorkspaceFault;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AuditLogTest {
  private final List<String> told = new ArrayList<>();
  private final AuditLog audit = new AuditLog(acted -> told.add(acted.outcome()));

  private <T> CompletableFuture<T> later(AuditLog.Call<CompletableFuture<T>> call)
      throws WorkspaceFault {
    return audit.later(Caller.MANAGER, "TakeSnapshot", "i", call);
  }

  @Test
  void whatEndsLaterIsToldWhenItBeginsAndWhenItEnds() throws WorkspaceFault {
    CompletableFuture<String> answer = later(CompletableFuture::new);
    assertThat(told).containsExactly("begun");
    answer.complete("url");
    assertThat(told).containsExactly("begun", "done");
  }

  @Test
  void whatIsSettledAtOnceIsToldOnce() throws WorkspaceFault {
    assertThat(later(() -> CompletableFuture.completedFuture("url"))).isCompleted();
    assertThat(told).containsExactly("done");
  }

  @Test
  void whatDoesNotBeginIsToldWithItsReason() {
    assertThatThrownBy(
            () ->
                later(
                    () -> {
                      throw WorkspaceFault.notFound("i");
                    }))
        .isInstanceOf(WorkspaceFault.class);
    assertThatThrownBy(
            () ->
                later(
                    () -> {
                      throw new IllegalStateException("a fault of ours");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(told).containsExactly("NOT_FOUND", "failed");
  }
}
