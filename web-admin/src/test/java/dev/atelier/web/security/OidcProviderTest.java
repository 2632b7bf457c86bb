// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.atelier.workspace.security.Identity;
import dev.atelier.workspace.security.Scope;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What providers of different habits are asked, and what is believed of their answers. */
class OidcProviderTest {
  private static RSAKey key;

  private final OidcAttempt attempt = OidcAttempt.to("/");
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final Map<String, String> asked = new ConcurrentHashMap<>();
  private HttpServer server;
  private String issuer;

  @BeforeAll
  static void makeKey() throws JOSEException {
    key = new RSAKeyGenerator(2048).keyID("one").generate();
  }

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    issuer = "http://127.0.0.1:" + server.getAddress().getPort();
    answers.put("/keys", new JWKSet(key.toPublicJWK()).toString());
    discover(document());
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String authorization =
        Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")).orElse("");
    asked.put(
        path, authorization + "\n" + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
    byte[] body = answers.getOrDefault(path, "").getBytes(UTF_8);
    exchange.sendResponseHeaders(body.length == 0 ? 404 : 200, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private Map<String, Object> document() {
    Map<String, Object> document = new HashMap<>();
    document.put("issuer", issuer);
    document.put("authorization_endpoint", issuer + "/authorize");
    document.put("token_endpoint", issuer + "/token");
    document.put("userinfo_endpoint", issuer + "/userinfo");
    document.put("jwks_uri", issuer + "/keys");
    return document;
  }

  private void discover(Map<String, Object> document) {
    answers.put("/.well-known/openid-configuration", JSONObjectUtils.toJSONString(document));
  }

  private void discover(String name, Object value) {
    Map<String, Object> document = document();
    document.put(name, value);
    discover(document);
  }

  private void token(Map<String, Object> claims) throws JOSEException {
    JWTClaimsSet.Builder all =
        new JWTClaimsSet.Builder()
            .issuer(issuer)
            .audience("atelier")
            .subject("s1")
            .issueTime(Date.from(Instant.now()))
            .expirationTime(Date.from(Instant.now().plusSeconds(60)))
            .claim("nonce", attempt.nonce());
    claims.forEach(all::claim);
    SignedJWT token =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("one").build(), all.build());
    token.sign(new RSASSASigner(key));
    answers.put(
        "/token",
        JSONObjectUtils.toJSONString(
            Map.of("id_token", token.serialize(), "access_token", "of-s1")));
  }

  private OidcProvider provider(String rolesClaim, Set<String> viewers) {
    return new OidcProvider(
        new OidcSettings(
            issuer,
            "atelier",
            "a secret",
            List.of("openid"),
            "preferred_username",
            rolesClaim,
            Set.of("ops"),
            viewers,
            Optional.empty()),
        InstantSource.system());
  }

  private Identity redeemed(String rolesClaim) throws OidcFault {
    return provider(rolesClaim, Set.of()).redeem("code", attempt, "http://localhost/oidc/callback");
  }

  @Test
  void whatTheTokenSaysNeedsNoOtherAnswer() throws Exception {
    token(Map.of("preferred_username", "ada", "groups", List.of("ops")));
    assertThat(redeemed("groups")).isEqualTo(new Identity("ada", Scope.ADMIN));
    assertThat(asked).doesNotContainKey("/userinfo");
  }

  @Test
  void whatTheTokenLeavesOutIsAskedOfUserinfo() throws Exception {
    token(Map.of());
    answers.put(
        "/userinfo", "{\"sub\":\"s1\",\"preferred_username\":\"ada\",\"groups\":[\"ops\"]}");
    assertThat(redeemed("groups")).isEqualTo(new Identity("ada", Scope.ADMIN));
    assertThat(asked.get("/userinfo")).startsWith("Bearer of-s1");
  }

  @Test
  void theTokenIsBelievedBeforeUserinfo() throws Exception {
    token(Map.of("preferred_username", "ada"));
    answers.put(
        "/userinfo", "{\"sub\":\"s1\",\"preferred_username\":\"eve\",\"groups\":[\"ops\"]}");
    assertThat(redeemed("groups")).isEqualTo(new Identity("ada", Scope.ADMIN));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"sub\":\"s2\",\"preferred_username\":\"eve\",\"groups\":[\"ops\"]}",
        "{\"preferred_username\":\"eve\",\"groups\":[\"ops\"]}",
        "{\"sub\":1,\"groups\":[\"ops\"]}",
        "[]",
        "not JSON"
      })
  void userinfoOfSomebodyElseIsNotBelieved(String answer) throws Exception {
    token(Map.of());
    answers.put("/userinfo", answer);
    assertThatThrownBy(() -> redeemed("groups")).isInstanceOf(OidcFault.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"token", "userinfo"})
  void aClaimIsFoundByItsPath(String where) throws Exception {
    if (where.equals("token")) {
      token(Map.of("preferred_username", "ada", "realm_access", Map.of("roles", List.of("ops"))));
    } else {
      token(Map.of("realm_access", Map.of("other", "x")));
      answers.put(
          "/userinfo",
          "{\"sub\":\"s1\",\"preferred_username\":\"ada\",\"realm_access\":{\"roles\":[\"ops\"]}}");
    }
    assertThat(redeemed("realm_access.roles")).isEqualTo(new Identity("ada", Scope.ADMIN));
  }

  @Test
  void namesThatAreTooLongStayDifferent() throws Exception {
    String begin = "😀".repeat(60);
    token(Map.of("preferred_username", begin + "a", "groups", "ops"));
    String one = redeemed("groups").name();
    token(Map.of("preferred_username", begin + "b", "groups", "ops"));
    String other = redeemed("groups").name();

    assertThat(one).isNotEqualTo(other).startsWith("😀").hasSizeLessThanOrEqualTo(100);
    assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(one)).isTrue();
  }

  @Test
  void aClaimWhoseNameHasDotsIsFoundByItsName() throws Exception {
    token(Map.of("preferred_username", "ada", "https://corp.test/roles", "ops"));
    assertThat(redeemed("https://corp.test/roles")).isEqualTo(new Identity("ada", Scope.ADMIN));
  }

  @ParameterizedTest
  @CsvSource({
    "'', false",
    "client_secret_basic, false",
    "client_secret_post, true",
    "client_secret_post client_secret_basic, false",
    "private_key_jwt client_secret_post, true"
  })
  void theSecretIsSentAsTheProviderLists(String listed, boolean inForm) throws Exception {
    if (!listed.isEmpty()) {
      discover("token_endpoint_auth_methods_supported", List.of(listed.split(" ", -1)));
    }
    token(Map.of("preferred_username", "ada", "groups", "ops"));
    redeemed("groups");
    if (inForm) {
      assertThat(asked.get("/token"))
          .startsWith("\n")
          .contains("client_id=atelier", "client_secret=a+secret");
    } else {
      assertThat(asked.get("/token")).startsWith("Basic ").doesNotContain("client_secret");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"})
  void noAddressIsUsedThatOthersCanReadOnTheWay(String name) throws Exception {
    token(Map.of());
    for (String address :
        List.of("http://provider.test/x", "ftp://127.0.0.1/x", "no address", "//127.0.0.1/x")) {
      discover(name, address);
      assertThatThrownBy(() -> redeemed("groups"))
          .as(address)
          .isInstanceOf(OidcFault.class)
          .hasMessageContaining(name);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri"
      })
  void aWordOfAnotherKindIsToldAsSuch(String name) {
    discover(name, 7);
    assertThatThrownBy(() -> redeemed("groups"))
        .isInstanceOf(OidcFault.class)
        .hasMessageContaining(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"id_token\":7}", "{}", "[]", "{\"id_token\":\"x\",\"access_token\":[]}"})
  void anAnswerWithoutATokenIsRefused(String answer) {
    answers.put("/token", answer);
    assertThatThrownBy(() -> redeemed("groups")).isInstanceOf(OidcFault.class);
  }

  @Test
  void noMoreOfAnAnswerIsTakenThanOneIsWillingToHold() {
    discover("more", "x".repeat(2_000_000));
    assertThatThrownBy(() -> redeemed("groups"))
        .isInstanceOf(OidcFault.class)
        .hasMessageContaining("cannot be reached")
        .hasRootCauseMessage("an answer of more than 1048576 bytes");
  }
}
