// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import dev.atelier.workspace.security.CallScopes;
import dev.atelier.workspace.security.Identities;
import dev.atelier.workspace.security.Identity;
import dev.atelier.workspace.security.Scope;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Finds out who calls, by a bearer token or else a client's certificate, and refuses who may not:
 * before anything else is looked at.
 */
final class Authentication implements ServerInterceptor {
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** Everyone, where nobody can be asked who they are: on the loopback interface alone. */
  private static final Identity ANONYMOUS = new Identity("anonymous", Scope.ADMIN);

  private static final Context.Key<Identity> IDENTITY = Context.key("atelier-identity");
  private static final String BEARER = "bearer ";

  /** Is told of calls that somebody who is known may not make. */
  @FunctionalInterface
  interface Denied {
    void denied(Identity who, ServerCall<?, ?> call);
  }

  private final Identities identities;
  private final boolean required;
  private final Scope ofCertificates;
  private final Denied denied;

  /**
   * Asks these.
   *
   * @param required whether everyone has to say who they are
   * @param ofCertificates what those may do of whose certificates nothing is said
   */
  Authentication(Identities identities, boolean required, Scope ofCertificates, Denied denied) {
    this.identities = identities;
    this.required = required;
    this.ofCertificates = ofCertificates;
    this.denied = denied;
  }

  /** Whose call is being served. */
  static Identity current() {
    Identity identity = IDENTITY.get();
    return identity == null ? ANONYMOUS : identity;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String header = headers.get(AUTHORIZATION);
    Optional<Identity> who = header == null ? ofConnection(call) : ofToken(header);
    if (who.isEmpty()) {
      return refuse(
          call,
          Status.UNAUTHENTICATED.withDescription(unknown(header, certificate(call).isPresent())));
    }
    Scope needed = needed(call);
    if (!who.get().scope().covers(needed)) {
      denied.denied(who.get(), call);
      return refuse(
          call,
          Status.PERMISSION_DENIED.withDescription(
              "%s has the scope %s, and %s needs %s: use a token or certificate that has it"
                  .formatted(
                      who.get().name(),
                      lower(who.get().scope()),
                      call.getMethodDescriptor().getBareMethodName(),
                      lower(needed))));
    }
    return Contexts.interceptCall(
        Context.current().withValue(IDENTITY, who.get()), call, headers, next);
  }

  /** Reflection shows what is public, but not to everyone who can connect. */
  private static Scope needed(ServerCall<?, ?> call) {
    String service = call.getMethodDescriptor().getServiceName();
    return service != null && service.startsWith("grpc.reflection.")
        ? Scope.READ
        : CallScopes.needed(call.getMethodDescriptor().getBareMethodName());
  }

  private Optional<Identity> ofToken(String header) {
    if (!header.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
      return required ? Optional.empty() : Optional.of(ANONYMOUS);
    }
    Optional<Identity> known = identities.token(header.substring(BEARER.length()).strip());
    // Where nobody is asked, a token that nobody knows does no harm.
    return known.isEmpty() && !required ? Optional.of(ANONYMOUS) : known;
  }

  private Optional<Identity> ofConnection(ServerCall<?, ?> call) {
    if (!required) {
      return Optional.of(ANONYMOUS);
    }
    return certificate(call)
        .flatMap(CertificateName::of)
        .map(name -> identities.certificate(name, ofCertificates));
  }

  /** The certificate that the client has shown. */
  private static Optional<X509Certificate> certificate(ServerCall<?, ?> call) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return Optional.empty();
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate first
          ? Optional.of(first)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      // It has shown none.
      return Optional.empty();
    }
  }

  private static String unknown(String header, boolean certificate) {
    if (header == null && certificate) {
      return "the client certificate names nobody: it needs a common name, a DNS name or a subject";
    }
    return header == null
        ? "no credentials: send the metadata \"authorization: Bearer TOKEN\" with a token of"
            + " atelier.security.tokens, or the one in the file grpc-token of the manager's data"
            + " directory where it made one, or a client certificate of the authority in"
            + " atelier.grpc.tls.client-ca"
        : "the token is not known: it must be one whose SHA-256 is in atelier.security.tokens, or"
            + " the one in the file grpc-token of the manager's data directory, sent as"
            + " \"authorization: Bearer TOKEN\"";
  }

  private static String lower(Scope scope) {
    return scope.name().toLowerCase(Locale.ROOT);
  }

  private static <Q, R> ServerCall.Listener<Q> refuse(ServerCall<Q, R> call, Status status) {
    call.close(status, new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
