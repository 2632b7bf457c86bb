// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.WorkspaceFault;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** Tells who did what, on what, and with which outcome: one line an act in the log. */
public final class AuditLog {
  private static final Logger LOG = System.getLogger("dev.atelier.audit");

  /** The outcome of what was taken on and goes on. */
  private static final String BEGUN = "begun";

  private final Consumer<Acted> listener;

  /** Tells the log alone. */
  public AuditLog() {
    this(acted -> {});
  }

  /**
   * Tells the log and somebody else.
   *
   * @param listener only enqueues, and never throws
   */
  public AuditLog(Consumer<Acted> listener) {
    this.listener = listener;
  }

  /**
   * An act that is over or, where its outcome comes later, was taken on.
   *
   * @param caller who
   * @param act what
   * @param subject on what, as the caller named it; at most 200 printable characters
   * @param outcome {@code done}, a fault's code, {@code failed} or {@code not waited for}; {@code
   *     begun} of one that goes on, whose outcome is told by another
   */
  public record Acted(Caller caller, String act, String subject, String outcome) {}

  /** Something that somebody does. */
  @FunctionalInterface
  interface Act {
    void run() throws WorkspaceFault;
  }

  /** Something that somebody does, with an answer. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws WorkspaceFault;
  }

  /** Does it and tells of it. */
  void act(Caller caller, String name, String subject, Act act) throws WorkspaceFault {
    call(
        caller,
        name,
        subject,
        () -> {
          act.run();
          return null;
        });
  }

  /**
   * Does it, answers, and tells of it twice where what was answered is not settled yet: at once,
   * since the process may be lost before it is, and then with what came of it.
   */
  <T> CompletableFuture<T> later(
      Caller caller, String name, String subject, Call<CompletableFuture<T>> call)
      throws WorkspaceFault {
    CompletableFuture<T> answer;
    String outcome = "failed";
    try {
      answer = call.run();
      outcome = BEGUN;
    } catch (WorkspaceFault fault) {
      outcome = fault.code().name();
      throw fault;
    } finally {
      if (!outcome.equals(BEGUN)) {
        tell(caller, name, subject, outcome);
      }
    }
    if (!answer.isDone()) {
      tell(caller, name, subject, BEGUN);
    }
    CompletableFuture<T> unused =
        answer.whenComplete((value, thrown) -> tell(caller, name, subject, outcome(thrown)));
    return answer;
  }

  private static String outcome(Throwable thrown) {
    if (thrown == null) {
      return "done";
    }
    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    if (cause instanceof CancellationException) {
      return "not waited for";
    }
    return cause instanceof WorkspaceFault fault ? fault.code().name() : "failed";
  }

  /** Does it, tells of it and answers. */
  <T> T call(Caller caller, String name, String subject, Call<T> call) throws WorkspaceFault {
    String outcome = "failed";
    try {
      T answer = call.run();
      outcome = "done";
      return answer;
    } catch (WorkspaceFault fault) {
      outcome = fault.code().name();
      throw fault;
    } finally {
      tell(caller, name, subject, outcome);
    }
  }

  /** Tells of an act that is over. */
  public void tell(Caller caller, String name, String subject, String outcome) {
    String printable = printable(subject);
    LOG.log(
        Level.INFO,
        "audit act={0} subject={1} caller={2}{3}{4} outcome={5}",
        name,
        printable,
        caller.name(),
        caller.origin().isEmpty() ? "" : " by ",
        caller.origin(),
        outcome);
    listener.accept(new Acted(caller, name, printable, outcome));
  }

  /** At most 200 characters, none of which ends the line: a subject comes from a client. */
  private static String printable(String text) {
    String start = text.substring(0, Math.min(200, text.length()));
    return start.replaceAll("\\p{Cntrl}", "?");
  }
}
