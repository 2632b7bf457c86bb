// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.atelier.workspace.domain.PersonName;
import dev.atelier.workspace.security.Identity;
import dev.atelier.workspace.security.Scope;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** The provider that people sign in at, by the code flow with PKCE. */
final class OidcProvider {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration KNOWN_FOR = Duration.ofHours(1);

  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384);

  /** Keys and claims of the largest providers take a tenth of it. */
  private static final int MOST_BYTES = 1024 * 1024;

  private final OidcSettings settings;
  private final InstantSource clock;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private volatile OidcMetadata discovered;

  OidcProvider(OidcSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /** Where the browser goes to sign in. */
  String address(OidcAttempt attempt, String redirect) throws OidcFault {
    Map<String, String> query = new TreeMap<>();
    query.put("response_type", "code");
    query.put("client_id", settings.clientId());
    query.put("redirect_uri", redirect);
    query.put("scope", String.join(" ", settings.scopes()));
    query.put("state", attempt.state());
    query.put("nonce", attempt.nonce());
    query.put("code_challenge", attempt.challenge());
    query.put("code_challenge_method", "S256");
    URI endpoint = discover().authorization();
    return endpoint + (endpoint.getRawQuery() == null ? "?" : "&") + form(query);
  }

  /** Who came back with this code. */
  Identity redeem(String code, OidcAttempt attempt, String redirect) throws OidcFault {
    OidcMetadata known = discover();
    Map<String, String> form = new TreeMap<>();
    form.put("grant_type", "authorization_code");
    form.put("code", code);
    form.put("redirect_uri", redirect);
    form.put("code_verifier", attempt.verifier());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(known.token())
            .timeout(PATIENCE)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json");
    if (settings.clientSecret().isEmpty() || known.secretInForm()) {
      form.put("client_id", settings.clientId());
    }
    if (!settings.clientSecret().isEmpty()) {
      if (known.secretInForm()) {
        form.put("client_secret", settings.clientSecret());
      } else {
        request.header("Authorization", basic());
      }
    }
    Map<String, Object> answer = json(request.POST(BodyPublishers.ofString(form(form))).build());
    JWTClaimsSet token = claims(text(answer, "id_token"), known, attempt.nonce());
    return identity(token.getSubject(), all(token, known, text(answer, "access_token")));
  }

  private String basic() {
    String pair = encoded(settings.clientId()) + ":" + encoded(settings.clientSecret());
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(Map<String, Object> answer, String name) {
    return answer.get(name) instanceof String text ? text : "";
  }

  /** What the token says, and what it leaves out as far as the provider tells that elsewhere. */
  private OidcClaims all(JWTClaimsSet token, OidcMetadata known, String access) throws OidcFault {
    OidcClaims claims = new OidcClaims(token.getClaims());
    boolean complete = claims.has(settings.nameClaim()) && claims.has(settings.rolesClaim());
    if (complete || known.userinfo().isEmpty() || access.isEmpty()) {
      return claims;
    }
    Map<String, Object> more =
        json(
            HttpRequest.newBuilder(known.userinfo().get())
                .timeout(PATIENCE)
                .header("Accept", "application/json")
                .header("Authorization", "Bearer " + access)
                .build());
    // It may be somebody else's (OpenID Connect Core 1.0, 5.3.2).
    if (!text(more, "sub").equals(token.getSubject())) {
      throw new OidcFault("The identity provider's answer cannot be trusted.");
    }
    return claims.orElse(new OidcClaims(more));
  }

  private JWTClaimsSet claims(String token, OidcMetadata known, String nonce) throws OidcFault {
    DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, known.keys()));
    processor.setJWTClaimsSetVerifier(
        new DefaultJWTClaimsVerifier<>(
            settings.clientId(),
            new JWTClaimsSet.Builder().issuer(known.issuer()).claim("nonce", nonce).build(),
            Set.of("sub", "exp", "iat")));
    try {
      return processor.process(token, null);
    } catch (ParseException | BadJOSEException | JOSEException e) {
      throw new OidcFault("The identity provider's answer cannot be trusted.", e);
    }
  }

  private Identity identity(String subject, OidcClaims claims) throws OidcFault {
    Scope scope =
        settings
            .scope(claims.texts(settings.rolesClaim()))
            .orElseThrow(() -> new OidcFault("You are known there, but may not use this manager."));
    String shown = claims.text(settings.nameClaim()).orElse(subject);
    return new Identity(PersonName.shown(shown), scope);
  }

  private OidcMetadata discover() throws OidcFault {
    OidcMetadata known = discovered;
    if (known != null && known.at().plus(KNOWN_FOR).isAfter(clock.instant())) {
      return known;
    }
    Map<String, Object> document =
        json(
            HttpRequest.newBuilder(
                    URI.create(settings.issuer() + "/.well-known/openid-configuration"))
                .timeout(PATIENCE)
                .build());
    known = OidcMetadata.of(document, settings.issuer(), clock.instant());
    discovered = known;
    return known;
  }

  private Map<String, Object> json(HttpRequest request) throws OidcFault {
    CompletableFuture<HttpResponse<byte[]>> sent =
        http.sendAsync(request, answer -> new BoundedBody(MOST_BYTES));
    try {
      // The request's own timeout ends with the head of the answer.
      HttpResponse<byte[]> response = sent.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != 200) {
        throw new OidcFault("The identity provider has refused (" + response.statusCode() + ").");
      }
      return JSONObjectUtils.parse(new String(response.body(), StandardCharsets.UTF_8));
    } catch (ExecutionException e) {
      throw new OidcFault("The identity provider cannot be reached at the moment.", e.getCause());
    } catch (ParseException | TimeoutException e) {
      throw new OidcFault("The identity provider cannot be reached at the moment.", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OidcFault("The manager is ending.", e);
    } finally {
      sent.cancel(true);
    }
  }

  private static String form(Map<String, String> values) {
    return values.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + encoded(entry.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
