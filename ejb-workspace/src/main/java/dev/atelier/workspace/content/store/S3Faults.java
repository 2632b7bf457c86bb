// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import dev.atelier.workspace.content.store.ContentStoreFault.Kind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.NonRetryableException;
import software.amazon.awssdk.core.exception.SdkException;

/** Says what an S3 service has refused in words for people. */
final class S3Faults {
  private static final Set<String> CREDENTIALS =
      Set.of(
          "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "ExpiredToken",
          "InvalidToken",
          "TokenRefreshRequired");
  private static final Set<String> REGION =
      Set.of("PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed");
  private static final Set<String> BUSY =
      Set.of(
          "NoSuchUpload",
          // An upload that is removed while its parts arrive.
          "InvalidPart",
          "SlowDown",
          "RequestTimeout",
          "Throttling",
          "ThrottlingException",
          "OperationAborted");

  private final String where;

  /** {@code where} names the store, without credentials. */
  S3Faults(String where) {
    this.where = where;
  }

  /** {@code what} goes after "cannot": "be read". */
  IOException of(String what, SdkException cause) {
    if (cause instanceof AbortedException || Thread.currentThread().isInterrupted()) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted = new InterruptedIOException("interrupted");
      interrupted.initCause(cause);
      return interrupted;
    }
    String start = where + " cannot " + what + ": ";
    return cause instanceof AwsServiceException e ? refused(start, e) : unanswered(start, cause);
  }

  /** The service cannot be relied on just now. */
  ContentStoreFault unavailable(String what, String why, Throwable cause) {
    return new ContentStoreFault(Kind.UNAVAILABLE, where + " cannot " + what + ": " + why, cause);
  }

  private static ContentStoreFault refused(String start, AwsServiceException e) {
    int status = e.statusCode();
    String code = code(e);
    Kind kind =
        status >= 500 || status == 429 || status == 409 || status == 408 || BUSY.contains(code)
            ? Kind.UNAVAILABLE
            : Kind.REFUSED;
    return new ContentStoreFault(
        kind,
        start
            + advice(kind, code, status)
            + " ("
            + status
            + (code.isEmpty() ? "" : " ")
            + code
            + ")",
        e);
  }

  private static String advice(Kind kind, String code, int status) {
    if (kind == Kind.UNAVAILABLE) {
      return "the service has trouble or too much to do";
    }
    if (code.equals("NoSuchBucket")) {
      return "there is no such bucket; make it, or set atelier.content.store.bucket";
    }
    if (code.equals("RequestTimeTooSkewed")) {
      return "the clocks of this machine and of the service differ; set them";
    }
    if (CREDENTIALS.contains(code)) {
      return "the credentials are wrong or have expired; renew them";
    }
    if (REGION.contains(code) || status == 301) {
      return "the bucket is elsewhere; set atelier.content.store.region or .endpoint";
    }
    if (status == 403 || status == 401) {
      return "permission denied; let the credentials read, write, list and delete there";
    }
    return "the service refuses the request; look at atelier.content.store.*";
  }

  static String code(AwsServiceException e) {
    return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
        ? ""
        : e.awsErrorDetails().errorCode();
  }

  private static ContentStoreFault unanswered(String start, SdkException e) {
    if (e instanceof ApiCallTimeoutException || e instanceof ApiCallAttemptTimeoutException) {
      return new ContentStoreFault(Kind.UNAVAILABLE, start + "the service is too slow", e);
    }
    if (e instanceof NonRetryableException) {
      return new ContentStoreFault(Kind.REFUSED, start + e.getMessage(), e);
    }
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof ContentStoreFault unsigned) {
        return new ContentStoreFault(unsigned.kind(), start + unsigned.getMessage(), e);
      }
      if (cause instanceof SSLHandshakeException) {
        return new ContentStoreFault(
            Kind.REFUSED,
            start + "its certificate is not trusted; add its authority to the Java trust store",
            e);
      }
      if (cause instanceof IOException io) {
        return new ContentStoreFault(Kind.UNAVAILABLE, start + reason(io), e);
      }
    }
    String message = e.getMessage() == null ? "" : e.getMessage();
    return message.contains("redentials")
        ? new ContentStoreFault(
            Kind.REFUSED,
            start
                + "no credentials were found; set atelier.content.store.access-key and .secret-key,"
                + " or give this process those of the AWS chain",
            e)
        : new ContentStoreFault(Kind.UNAVAILABLE, start + "the request failed: " + message, e);
  }

  private static String reason(IOException e) {
    if (e instanceof UnknownHostException) {
      return "its host name is not known";
    }
    if (e instanceof ConnectException) {
      return "nothing answers at its address";
    }
    return e instanceof SocketTimeoutException ? "the service is too slow" : "the connection broke";
  }
}
