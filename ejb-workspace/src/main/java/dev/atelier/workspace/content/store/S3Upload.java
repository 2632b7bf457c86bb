// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/** One object on its way into an {@link S3ContentStore}. */
final class S3Upload implements ContentStore.Upload {
  private static final Logger LOG = System.getLogger(S3Upload.class.getName());
  private static final int FIRST_BUFFER = 1 << 16;
  private static final int PARTS_OF_ONE_SIZE = 1000;
  private static final int LARGEST_PART = 1 << 30;
  private static final Duration LEAVE = Duration.ofSeconds(30);

  /** Tells this upload's object from another of the same name. */
  static final String MARK = "upload";

  private final S3Connection connection;
  private final String key;
  private final ThreadFactory threads;
  private final String mark = UUID.randomUUID().toString();
  private final UploadStream stream;

  /** Of units of the first part size, so that larger parts go one by one. */
  private final Semaphore underWay;

  private final BlockingQueue<byte[]> spare;
  private final Deque<Future<CompletedPart>> sent = new ArrayDeque<>();
  private final List<CompletedPart> parts = new ArrayList<>();
  private byte[] buffer = new byte[FIRST_BUFFER];
  private int filled;
  private int number;
  private ExecutorService senders;
  private String uploadId;

  S3Upload(S3Connection connection, String key, ThreadFactory threads) {
    this.connection = connection;
    this.key = key;
    this.threads = threads;
    this.underWay = new Semaphore(connection.bucket().parallel());
    this.spare = new ArrayBlockingQueue<>(connection.bucket().parallel());
    this.stream = new UploadStream(new Parts(), e -> e);
  }

  /** Bytes of the part after so many: 10,000 parts of 8 MiB and its doubles are 4 TiB. */
  static int partSize(int first, int partsBefore) {
    long size = (long) first << (partsBefore / PARTS_OF_ONE_SIZE);
    return (int) Math.min(size, LARGEST_PART);
  }

  private final class Parts extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int done = 0;
      while (done < length) {
        int room = room(length - done);
        System.arraycopy(bytes, offset + done, buffer, filled, room);
        filled += room;
        done += room;
      }
    }
  }

  @Override
  public OutputStream stream() {
    return stream;
  }

  /** Makes room for some of what comes; a full part is sent only now, since it may be the last. */
  private int room(int wanted) throws IOException {
    int size = partSize(connection.bucket().partSize(), number);
    if (filled == size) {
      sendPart();
      size = partSize(connection.bucket().partSize(), number);
    }
    if (filled == buffer.length) {
      buffer = Arrays.copyOf(buffer, (int) Math.min(size, Math.max(2L * filled, FIRST_BUFFER)));
    }
    return Math.min(wanted, Math.min(size, buffer.length) - filled);
  }

  private void sendPart() throws IOException {
    begin();
    int units = units(filled);
    acquire(units);
    number++;
    int part = number;
    byte[] bytes = buffer;
    int length = filled;
    sent.add(senders.submit(() -> send(part, bytes, length, units)));
    filled = 0;
    byte[] reused = spare.poll();
    int next = partSize(connection.bucket().partSize(), number);
    buffer = reused != null && reused.length == next ? reused : new byte[next];
  }

  private int units(int length) {
    int size = connection.bucket().partSize();
    return Math.min(connection.bucket().parallel(), (length + size - 1) / size);
  }

  private void begin() throws IOException {
    if (uploadId != null) {
      return;
    }
    CreateMultipartUploadRequest.Builder request =
        CreateMultipartUploadRequest.builder()
            .bucket(connection.bucket().name())
            .key(key)
            .metadata(Map.of(MARK, mark));
    if (connection.bucket().checksums()) {
      request.checksumAlgorithm(ChecksumAlgorithm.CRC32);
    }
    try {
      uploadId = connection.client().createMultipartUpload(request.build()).uploadId();
    } catch (SdkException e) {
      throw connection.faults().of("be written", e);
    }
    senders = Executors.newFixedThreadPool(connection.bucket().parallel(), threads);
  }

  private void acquire(int units) throws IOException {
    try {
      underWay.acquire(units);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    while (!sent.isEmpty() && sent.peek().isDone()) {
      take(sent.remove());
    }
  }

  private void take(Future<CompletedPart> part) throws IOException {
    try {
      parts.add(part.get());
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SdkException cause) {
        throw connection.faults().of("be written", cause);
      }
      throw new IllegalStateException("a part was not sent", e.getCause());
    }
  }

  private static InterruptedIOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    InterruptedIOException interrupted = new InterruptedIOException("interrupted");
    interrupted.initCause(e);
    return interrupted;
  }

  private CompletedPart send(int part, byte[] bytes, int length, int units) {
    try {
      String crc = connection.bucket().checksums() ? crc(bytes, length) : null;
      Duration timeout = connection.bucket().timeout().multipliedBy(times(length));
      String etag =
          connection
              .client()
              .uploadPart(
                  UploadPartRequest.builder()
                      .bucket(connection.bucket().name())
                      .key(key)
                      .uploadId(uploadId)
                      .partNumber(part)
                      .checksumCRC32(crc)
                      .overrideConfiguration(o -> o.apiCallAttemptTimeout(timeout))
                      .build(),
                  body(bytes, length))
              .eTag();
      return CompletedPart.builder().partNumber(part).eTag(etag).checksumCRC32(crc).build();
    } finally {
      spare.offer(bytes);
      underWay.release(units);
    }
  }

  private int times(int length) {
    return Math.max(1, length / connection.bucket().partSize());
  }

  private static RequestBody body(byte[] bytes, int length) {
    return RequestBody.fromContentProvider(
        () -> new ByteArrayInputStream(bytes, 0, length), length, "application/octet-stream");
  }

  private static String crc(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array());
  }

  @Override
  public void commit() throws IOException {
    stream.end();
    if (uploadId == null) {
      put();
      return;
    }
    sendPart();
    while (!sent.isEmpty()) {
      take(sent.remove());
    }
    try {
      connection
          .patient()
          .completeMultipartUpload(
              r ->
                  r.bucket(connection.bucket().name())
                      .key(key)
                      .uploadId(uploadId)
                      .multipartUpload(m -> m.parts(parts)));
    } catch (NoSuchUploadException e) {
      // So a repeated request is answered when the first one's answer was lost.
      if (!visible()) {
        throw connection.faults().of("be written", e);
      }
    } catch (SdkException e) {
      throw connection.faults().of("be written", e);
    }
    uploadId = null;
  }

  private void put() throws IOException {
    try {
      connection
          .client()
          .putObject(
              PutObjectRequest.builder()
                  .bucket(connection.bucket().name())
                  .key(key)
                  .checksumCRC32(connection.bucket().checksums() ? crc(buffer, filled) : null)
                  .build(),
              body(buffer, filled));
    } catch (SdkException e) {
      throw connection.faults().of("be written", e);
    }
  }

  private boolean visible() throws IOException {
    try {
      return mark.equals(
          connection
              .client()
              .headObject(r -> r.bucket(connection.bucket().name()).key(key))
              .metadata()
              .get(MARK));
    } catch (NoSuchKeyException e) {
      return false;
    } catch (SdkException e) {
      throw connection.faults().of("be written", e);
    }
  }

  @Override
  public void close() {
    buffer = new byte[0];
    spare.clear();
    // What must be done at the end is done in an interrupted thread too.
    boolean interrupted = Thread.interrupted();
    if (senders != null) {
      senders.shutdownNow();
      interrupted |= awaitSenders();
    }
    if (uploadId != null) {
      try {
        connection.abort(key, uploadId);
      } catch (SdkException e) {
        LOG.log(Level.WARNING, "parts of an unfinished upload are left for a day", e);
      }
      uploadId = null;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A part that comes after the abort would be left. */
  private boolean awaitSenders() {
    try {
      if (!senders.awaitTermination(LEAVE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.log(Level.WARNING, "parts of an unfinished upload are still being sent");
      }
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }
}
