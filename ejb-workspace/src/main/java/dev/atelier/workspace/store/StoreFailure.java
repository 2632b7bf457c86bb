package dev.atelier.workspace.store;

/** What a database has refused; the store decides what it means for a caller. */
public final class StoreFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is known of it. */
  public enum Kind {
    /** Another change of the same row came first; trying again helps. */
    STALE,
    /** A unique value is taken. */
    DUPLICATE,
    /** It failed, and nothing was changed. */
    FAILED,
    /** It failed in the commit: whether the change was made is not known. */
    DOUBTFUL
  }

  private final Kind kind;

  StoreFailure(Kind kind, Throwable cause) {
    super(kind.toString(), cause);
    this.kind = kind;
  }

  /** What is known of it. */
  public Kind kind() {
    return kind;
  }
}
