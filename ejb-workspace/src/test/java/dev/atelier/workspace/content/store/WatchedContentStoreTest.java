// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atelier.workspace.content.store.ContentStore.Upload;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchedContentStoreTest {
  private final Refusing refusing = new Refusing();
  private final List<ContentStoreFault> faults = new ArrayList<>();
  private final ContentStore store = new WatchedContentStore(refusing, faults::add);

  @Test
  void whatWorksIsNotTold() throws IOException {
    try (Upload upload = store.begin("a")) {
      upload.stream().write("text".getBytes(StandardCharsets.UTF_8));
      upload.commit();
    }
    try (InputStream in = store.read("a")) {
      assertThat(in.readAllBytes()).asString().isEqualTo("text");
    }
    assertThat(store.list("")).isEmpty();
    assertThat(faults).isEmpty();
  }

  @Test
  void anUploadThatFailsIsToldOnce() throws IOException {
    try (Upload upload = store.begin("a")) {
      refusing.away = true;
      assertThatThrownBy(() -> upload.stream().write(new byte[3])).isSameAs(refusing.fault);
      assertThatThrownBy(upload::commit).isSameAs(refusing.fault);
    }
    assertThat(faults).containsExactly(refusing.fault);
  }

  @Test
  void aReadThatBreaksOffIsTold() throws IOException {
    try (InputStream in = store.read("a")) {
      refusing.away = true;
      assertThatThrownBy(in::readAllBytes).isSameAs(refusing.fault);
    }
    assertThat(faults).containsExactly(refusing.fault);
  }

  @Test
  void everyOtherCallIsTold() {
    refusing.away = true;
    assertThatThrownBy(() -> store.begin("a")).isSameAs(refusing.fault);
    assertThatThrownBy(() -> store.read("a")).isSameAs(refusing.fault);
    assertThatThrownBy(() -> store.list("")).isSameAs(refusing.fault);
    assertThatThrownBy(() -> store.delete("a")).isSameAs(refusing.fault);
    assertThatThrownBy(store::check).isSameAs(refusing.fault);
    assertThatThrownBy(store::sweep).isSameAs(refusing.fault);
    assertThat(faults).hasSize(6);
  }

  /** Holds one text, until it is away. */
  private static final class Refusing implements ContentStore {
    private final ContentStoreFault fault =
        new ContentStoreFault(ContentStoreFault.Kind.UNAVAILABLE, "away", null);
    private boolean away;

    private void answer() throws ContentStoreFault {
      if (away) {
        throw fault;
      }
    }

    @Override
    public Upload begin(String name) throws IOException {
      answer();
      return new Upload() {
        @Override
        public OutputStream stream() {
          return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
              answer();
            }
          };
        }

        @Override
        public void commit() throws IOException {
          answer();
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public InputStream read(String name) throws IOException {
      answer();
      byte[] text = "text".getBytes(StandardCharsets.UTF_8);
      return new FilterInputStream(new ByteArrayInputStream(text)) {
        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
          answer();
          return super.read(bytes, offset, length);
        }
      };
    }

    @Override
    public void list(String prefix, Visitor visitor) throws IOException {
      answer();
    }

    @Override
    public void delete(String name) throws IOException {
      answer();
    }

    @Override
    public void check() throws IOException {
      answer();
    }

    @Override
    public void sweep() throws IOException {
      answer();
    }

    @Override
    public void close() {}
  }
}
