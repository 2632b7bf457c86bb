// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import io.grpc.Decompressor;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * Unpacks gzip when it is first read from, so that bytes which are no gzip are found by whoever
 * reads the message, and not before in gRPC's framing, which ends the call in UNKNOWN.
 */
final class LazyGzip implements Decompressor {
  @Override
  public String getMessageEncoding() {
    return "gzip";
  }

  @Override
  public InputStream decompress(InputStream packed) {
    return new InputStream() {
      private InputStream plain;

      @Override
      public int read() throws IOException {
        return plain().read();
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return plain().read(bytes, offset, length);
      }

      @Override
      public int available() throws IOException {
        return plain().available();
      }

      @Override
      public void close() throws IOException {
        packed.close();
        if (plain != null) {
          plain.close();
        }
      }

      private InputStream plain() throws IOException {
        if (plain == null) {
          plain = new GZIPInputStream(packed);
        }
        return plain;
      }
    };
  }
}
