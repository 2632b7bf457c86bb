package dev.atelier.workspace.operations;

import dev.atelier.workspace.domain.Caller;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Tells who did what, on what, and with which outcome: one line an act in the log. */
public final class AuditLog {
  private static final Logger LOG = System.getLogger("dev.atelier.audit");

  /** Begins an act; the entry is written when it is closed. */
  public Entry begin(Caller caller, String act, String subject) {
    return new Entry(caller, act, subject);
  }

  /** An act that is under way; refused unless it is said to have succeeded. */
  public static final class Entry implements AutoCloseable {
    private final Caller caller;
    private final String act;
    private final String subject;
    private boolean succeeded;

    private Entry(Caller caller, String act, String subject) {
      this.caller = caller;
      this.act = act;
      this.subject = subject;
    }

    /** The act was done. */
    public void succeeded() {
      succeeded = true;
    }

    @Override
    public void close() {
      LOG.log(
          Level.INFO,
          "audit act={0} subject={1} caller={2} outcome={3}",
          act,
          printable(subject),
          caller.name(),
          succeeded ? "done" : "refused");
    }

    /** At most 200 characters, none of which ends the line: a subject comes from a client. */
    private static String printable(String text) {
      return text.length() <= 200 && text.chars().noneMatch(Character::isISOControl)
          ? text
          : text.substring(0, Math.min(200, text.length())).replaceAll("\\p{Cntrl}", "?");
    }
  }
}
