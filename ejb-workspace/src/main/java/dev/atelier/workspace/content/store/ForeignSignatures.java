// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.NonRetryableException;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.scheme.AwsV4AuthScheme;
import software.amazon.awssdk.http.auth.spi.scheme.AuthScheme;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.IdentityProviders;

/** Has requests signed elsewhere, where the credentials are. */
final class ForeignSignatures
    implements AuthScheme<AwsCredentialsIdentity>, HttpSigner<AwsCredentialsIdentity> {
  /** What says of the body what it is. */
  private static final Set<String> BODY = Set.of("content-type", "content-md5");

  private final RequestSigner signer;

  ForeignSignatures(RequestSigner signer) {
    this.signer = signer;
  }

  @Override
  public String schemeId() {
    return AwsV4AuthScheme.SCHEME_ID;
  }

  @Override
  public IdentityProvider<AwsCredentialsIdentity> identityProvider(IdentityProviders providers) {
    return providers.identityProvider(AwsCredentialsIdentity.class);
  }

  @Override
  public HttpSigner<AwsCredentialsIdentity> signer() {
    return this;
  }

  @Override
  public SignedRequest sign(SignRequest<? extends AwsCredentialsIdentity> request) {
    SdkHttpRequest.Builder signed = request.request().toBuilder();
    headers(request.request()).forEach(signed::putHeader);
    return SignedRequest.builder()
        .request(signed.build())
        .payload(request.payload().orElse(null))
        .build();
  }

  private Map<String, String> headers(SdkHttpRequest request) {
    Map<String, String> query = new TreeMap<>();
    request.rawQueryParameters().forEach((name, values) -> query.put(name, only(name, values)));
    Map<String, String> headers = new TreeMap<>();
    request.forEachHeader(
        (name, values) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          if (lower.startsWith("x-amz-") || BODY.contains(lower)) {
            headers.put(lower, only(name, values));
          }
        });
    try {
      return signer.sign(
          new StoreRequest(request.method().name(), request.encodedPath(), query, headers));
    } catch (ContentStoreFault e) {
      throw switch (e.kind()) {
        case UNAVAILABLE -> RetryableException.create(e.getMessage(), e);
        // Without its cause, which would be tried again.
        case REFUSED -> NonRetryableException.create(e.getMessage());
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw AbortedException.create("interrupted", e);
    }
  }

  private static String only(String name, List<String> values) {
    if (values.size() > 1) {
      throw new IllegalStateException("more than one value of " + name);
    }
    return values.isEmpty() || values.get(0) == null ? "" : values.get(0);
  }

  @Override
  public CompletableFuture<AsyncSignedRequest> signAsync(
      AsyncSignRequest<? extends AwsCredentialsIdentity> request) {
    throw new UnsupportedOperationException("only requests that are waited for");
  }
}
