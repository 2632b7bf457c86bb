// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Reads an object to its end, over as many connections as that takes. */
final class S3InputStream extends InputStream {
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final int DOUBLINGS = 6;

  private final S3Connection connection;
  private final String name;
  private final String key;
  private final String etag;
  private final long size;
  private ResponseInputStream<GetObjectResponse> response;
  private long position;
  private int failures;

  S3InputStream(S3Connection connection, String name, String key) throws IOException {
    this.connection = connection;
    this.name = name;
    this.key = key;
    this.response = get(GetObjectRequest.builder());
    this.etag = response.response().eTag();
    this.size = response.response().contentLength();
  }

  private ResponseInputStream<GetObjectResponse> get(GetObjectRequest.Builder request)
      throws IOException {
    try {
      return connection
          .client()
          .getObject(request.bucket(connection.bucket().name()).key(key).build());
    } catch (AwsServiceException e) {
      if (e.statusCode() == 404 && !S3Faults.code(e).equals("NoSuchBucket")) {
        throw new MissingContentException(name);
      }
      if (e.statusCode() == 412) {
        throw connection
            .faults()
            .unavailable("be read", name + " was replaced meanwhile; read it again", e);
      }
      throw connection.faults().of("be read", e);
    } catch (SdkException e) {
      throw connection.faults().of("be read", e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    while (position < size) {
      int count = readOnce(bytes, offset, (int) Math.min(length, size - position));
      if (count > 0) {
        position += count;
        failures = 0;
        return count;
      }
    }
    return -1;
  }

  /** Not more than 0 when the connection has broken; then the next read takes another. */
  private int readOnce(byte[] bytes, int offset, int length) throws IOException {
    if (response == null) {
      resume();
    }
    Exception broken = null;
    try {
      int count = response.read(bytes, offset, length);
      if (count > 0) {
        return count;
      }
    } catch (AbortedException e) {
      throw connection.faults().of("be read", e);
    } catch (InterruptedIOException e) {
      if (!(e instanceof SocketTimeoutException)) {
        throw e;
      }
      broken = e;
    } catch (IOException | SdkException e) {
      broken = e;
    }
    drop();
    failures++;
    if (failures >= connection.bucket().attempts()) {
      throw connection
          .faults()
          .unavailable("be read", "connections break at byte " + position + " of " + name, broken);
    }
    pause();
    return 0;
  }

  private void resume() throws IOException {
    response = get(GetObjectRequest.builder().range("bytes=" + position + "-").ifMatch(etag));
    boolean whole = position > 0 && response.response().contentRange() == null;
    if (whole || response.response().contentLength() != size - position) {
      throw connection
          .faults()
          .unavailable("be read", "it does not go on where a connection broke", null);
    }
  }

  private void pause() throws InterruptedIOException {
    try {
      TimeUnit.MILLISECONDS.sleep(FIRST_PAUSE_MILLIS << Math.min(failures - 1, DOUBLINGS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  @Override
  public int available() throws IOException {
    return response == null ? 0 : response.available();
  }

  /** Does not read what is left: that may be gigabytes. */
  private void drop() {
    if (response != null) {
      response.abort();
      response = null;
    }
  }

  @Override
  public void close() throws IOException {
    if (response != null && position == size) {
      // The connection can be used again.
      response.close();
      response = null;
    }
    drop();
    position = size;
  }
}
