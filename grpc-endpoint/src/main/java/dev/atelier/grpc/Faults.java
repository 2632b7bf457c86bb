// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import dev.atelier.workspace.domain.FieldViolation;
import dev.atelier.workspace.domain.WorkspaceFault;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import jakarta.ejb.EJBException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The one place where a fault becomes a status. None becomes UNKNOWN or INTERNAL. */
final class Faults {
  /**
   * Trailers of more than 8 KiB are dropped by most clients, status and all. These two leave room:
   * the message goes in them twice, once in percent encoding and once, with the details, in base64.
   */
  private static final int MAX_MESSAGE_BYTES = 1_000;

  private static final int MAX_DETAIL_BYTES = 2_400;

  private static final int MAX_TEXT_BYTES = 300;

  private static final Logger LOG = System.getLogger(Faults.class.getName());
  private static final SecureRandom REFERENCES = new SecureRandom();

  private Faults() {}

  /**
   * What the client is told of {@code thrown}, with trailers. What is nobody's refusal is logged
   * under a reference that the client is told.
   *
   * @param method bare name of the call
   */
  static StatusRuntimeException of(Throwable thrown, String method) {
    Throwable cause = thrown;
    while (cause instanceof EJBException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof WorkspaceFault fault) {
      return refusal(fault);
    }
    if (cause instanceof StatusRuntimeException status && speaks(status.getStatus())) {
      return status;
    }
    if (cause instanceof StatusException status && speaks(status.getStatus())) {
      return status.getStatus().asRuntimeException(status.getTrailers());
    }
    return unexpected(cause, method);
  }

  /** Whether a client may see {@code status} as it is. */
  static boolean speaks(Status status) {
    return status.getCode() != Status.Code.UNKNOWN && status.getCode() != Status.Code.INTERNAL;
  }

  private static StatusRuntimeException unexpected(Throwable cause, String method) {
    byte[] bytes = new byte[4];
    REFERENCES.nextBytes(bytes);
    String reference = HexFormat.of().formatHex(bytes);
    LOG.log(Level.WARNING, "unexpected fault in " + method + ", reference " + reference, cause);
    return Status.UNAVAILABLE
        .withDescription("unexpected fault, reference " + reference)
        .asRuntimeException();
  }

  private static StatusRuntimeException refusal(WorkspaceFault fault) {
    Status.Code code =
        switch (fault.code()) {
          case INVALID_ARGUMENT -> Status.Code.INVALID_ARGUMENT;
          case NOT_FOUND -> Status.Code.NOT_FOUND;
          case ALREADY_EXISTS -> Status.Code.ALREADY_EXISTS;
          case FAILED_PRECONDITION -> Status.Code.FAILED_PRECONDITION;
          case PERMISSION_DENIED -> Status.Code.PERMISSION_DENIED;
          case RESOURCE_EXHAUSTED -> Status.Code.RESOURCE_EXHAUSTED;
          case UNAVAILABLE -> Status.Code.UNAVAILABLE;
        };
    String text = fault.getMessage();
    String message =
        text == null || text.isBlank() ? "refused: " + code : cut(text, MAX_MESSAGE_BYTES);
    if (code != Status.Code.INVALID_ARGUMENT) {
      return code.toStatus().withDescription(message).asRuntimeException(new Metadata());
    }
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .setMessage(message)
            .addDetails(Any.pack(details(fault)))
            .build());
  }

  /** One violation for each fault, as many as there is room for. */
  private static BadRequest details(WorkspaceFault fault) {
    BadRequest.Builder details = BadRequest.newBuilder();
    int bytes = 0;
    for (FieldViolation violation : fault.violations()) {
      BadRequest.FieldViolation wire =
          BadRequest.FieldViolation.newBuilder()
              .setField(cut(violation.field(), MAX_TEXT_BYTES))
              .setDescription(cut(violation.description(), MAX_TEXT_BYTES))
              .build();
      bytes += wire.getSerializedSize() + 3;
      if (bytes > MAX_DETAIL_BYTES) {
        break;
      }
      details.addFieldViolations(wire);
    }
    return details.build();
  }

  /** The beginning of {@code text} that takes at most {@code bytes} in percent encoding. */
  private static String cut(String text, int bytes) {
    int taken = 0;
    int end = 0;
    while (end < text.length()) {
      int codePoint = text.codePointAt(end);
      boolean plain = codePoint >= ' ' && codePoint < 0x7f && codePoint != '%';
      taken +=
          plain ? 1 : 3 * Character.toString(codePoint).getBytes(StandardCharsets.UTF_8).length;
      if (taken > bytes - 3) {
        return text.substring(0, end) + "...";
      }
      end += Character.charCount(codePoint);
    }
    return text;
  }
}
