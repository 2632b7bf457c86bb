// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps archives and what describes them under names that the manager alone decides. All methods
 * may be called by many threads at once, and by several processes on the same store.
 *
 * <p>A name is one or more segments of {@code A-Z a-z 0-9 . _ -} with a slash between them, none of
 * them {@code .} or {@code ..}, each at most 255 characters and all at most 512; anything else is
 * an {@link IllegalArgumentException}. A name must not be another object's folder: of {@code a} and
 * {@code a/b} only one can be there.
 *
 * <p>What a store cannot do is a {@link ContentStoreFault}, from every method and every stream
 * here: its kind says whether to try again. An interrupt of the calling thread ends waiting with an
 * {@link java.io.InterruptedIOException}, with the thread's interrupt status set.
 */
public interface ContentStore extends AutoCloseable {

  /**
   * Begins an object. It is seen under its name only after {@link Upload#commit}, and then whole
   * and durable; it takes the place of an object of that name, whose readers may read on to its end
   * or fail, but never read a mixture. Of two uploads to one name the later commit wins.
   */
  Upload begin(String name) throws IOException;

  /** An object that is being written. One thread at a time. */
  interface Upload extends AutoCloseable {
    /** Where its bytes go, always the same stream; closing it is not needed and does nothing. */
    OutputStream stream();

    /**
     * Makes it visible and durable; fails when any write has failed. Only once. When this fails it
     * may, after a lost answer, be visible all the same, and then whole: write it again under the
     * same name, or look.
     */
    void commit() throws IOException;

    /**
     * Ends the upload. Without a commit nothing is visible and, as far as the store can be reached,
     * nothing is left; what is left then is swept at a later start. Never throws.
     */
    @Override
    void close();
  }

  /**
   * Reads an object from its beginning. Nothing is read ahead beyond a buffer.
   *
   * @throws MissingContentException when there is none of that name
   */
  InputStream read(String name) throws IOException;

  /**
   * Shows every object whose name begins with {@code prefix}, ordered by name (as ASCII), a page at
   * a time: memory does not grow with their number. Objects that come or go meanwhile may be shown
   * or not.
   *
   * @param prefix beginning of a name, as a text: {@code a/b} finds {@code a/bc} and {@code a/b/c};
   *     empty for all
   */
  void list(String prefix, Visitor visitor) throws IOException;

  /** Is shown objects. */
  @FunctionalInterface
  interface Visitor {
    /** Called once for each object. */
    void visit(StoredObject object) throws IOException;
  }

  /** As {@link #list(String, Visitor)}, for prefixes under which few are known to be. */
  default List<StoredObject> list(String prefix) throws IOException {
    List<StoredObject> objects = new ArrayList<>();
    list(prefix, objects::add);
    return objects;
  }

  /** Removes an object, durably; does nothing when there is none of that name. */
  void delete(String name) throws IOException;

  /**
   * Finds out whether objects can be written, read and removed now. Takes at most some seconds.
   *
   * @throws ContentStoreFault they cannot; the message says what to do about it
   */
  void check() throws IOException;

  /**
   * Removes what killed processes left of uploads, and nothing of uploads under way, here or in
   * other processes. For the start of a process; does no harm at any time.
   */
  void sweep() throws IOException;

  /** Lets go of connections. Uploads and reads under way fail. */
  @Override
  void close();
}
