package dev.atelier.web.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.atelier.workspace.security.Identity;
import dev.atelier.workspace.security.Scope;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

  /** What the provider says of itself. */
  private record Discovered(
      String issuer, URI authorization, URI token, JWKSource<SecurityContext> keys, Instant at) {}

  private final OidcSettings settings;
  private final InstantSource clock;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private volatile Discovered discovered;

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
    Discovered known = discover();
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
    if (settings.clientSecret().isEmpty()) {
      form.put("client_id", settings.clientId());
    } else {
      String pair = encoded(settings.clientId()) + ":" + encoded(settings.clientSecret());
      request.header(
          "Authorization",
          "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }
    JsonObject answer = json(request.POST(BodyPublishers.ofString(form(form))).build());
    return identity(claims(answer.getString("id_token", ""), known, attempt.nonce()));
  }

  private JWTClaimsSet claims(String token, Discovered known, String nonce) throws OidcFault {
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

  private Identity identity(JWTClaimsSet claims) throws OidcFault {
    List<String> roles = roles(claims.getClaim(settings.rolesClaim()));
    Scope scope =
        settings
            .scope(roles)
            .orElseThrow(() -> new OidcFault("You are known there, but may not use this manager."));
    Object name = claims.getClaim(settings.nameClaim());
    String shown = name instanceof String text && !text.isBlank() ? text : claims.getSubject();
    return new Identity(shown.substring(0, Math.min(100, shown.length())), scope);
  }

  private static List<String> roles(Object claim) {
    if (claim instanceof List<?> list) {
      return list.stream().map(String::valueOf).toList();
    }
    return claim instanceof String one ? List.of(one) : List.of();
  }

  private Discovered discover() throws OidcFault {
    Discovered known = discovered;
    if (known != null && known.at().plus(KNOWN_FOR).isAfter(clock.instant())) {
      return known;
    }
    JsonObject document =
        json(
            HttpRequest.newBuilder(
                    URI.create(settings.issuer() + "/.well-known/openid-configuration"))
                .timeout(PATIENCE)
                .build());
    try {
      String said = document.getString("issuer");
      if (!said.replaceFirst("/+$", "").equals(settings.issuer())) {
        throw new OidcFault("The identity provider says that it is another.");
      }
      known =
          new Discovered(
              said,
              URI.create(document.getString("authorization_endpoint")),
              URI.create(document.getString("token_endpoint")),
              JWKSourceBuilder.<SecurityContext>create(
                      URI.create(document.getString("jwks_uri")).toURL())
                  .retrying(true)
                  .build(),
              clock.instant());
    } catch (NullPointerException | IllegalArgumentException | MalformedURLException e) {
      throw new OidcFault("The identity provider does not say where to sign in.", e);
    }
    discovered = known;
    return known;
  }

  private JsonObject json(HttpRequest request) throws OidcFault {
    try {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new OidcFault("The identity provider has refused (" + response.statusCode() + ").");
      }
      return Json.createReader(new StringReader(response.body())).readObject();
    } catch (IOException | JsonException e) {
      throw new OidcFault("The identity provider cannot be reached at the moment.", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OidcFault("The manager is ending.", e);
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
