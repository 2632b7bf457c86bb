// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.atelier.workspace.content.NativeCryptography;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/** How the API server is asked. */
public final class ClusterClient {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int REQUEST_MILLIS = 15_000;
  private static final int RECONNECT_MILLIS = 250;
  private static final int ELECTION_MILLIS = 2_500;

  /** It complains with a stack trace at each try while the server is away; managers say it once. */
  private static final Logger CLIENT = Logger.getLogger("io.fabric8.kubernetes.client");

  static {
    CLIENT.setLevel(Level.SEVERE);
  }

  private ClusterClient() {}

  /** A client for the cluster that the environment names: {@code KUBECONFIG}, or the pod's own. */
  public static KubernetesClient ofEnvironment() {
    return of(Config.autoConfigure(null), http -> {});
  }

  /** The same for the election of a leader, which must not wait longer than a lease lasts. */
  static KubernetesClient ofElector() {
    return of(Config.autoConfigure(null), ELECTION_MILLIS, http -> {});
  }

  /** A client for that cluster, its connections made as {@code http} wants them beside. */
  public static KubernetesClient of(Config config, Consumer<HttpClient.Builder> http) {
    return of(config, REQUEST_MILLIS, http);
  }

  private static KubernetesClient of(
      Config config, int patience, Consumer<HttpClient.Builder> http) {
    NativeCryptography.useForTls();
    // Whoever asks knows whether it may be asked twice; the client does not.
    config.setRequestRetryBackoffLimit(0);
    // A connection that has died silently takes one request with it, not all.
    config.setHttp2Disable(true);
    config.setConnectionTimeout(Math.min(CONNECT_MILLIS, patience));
    config.setRequestTimeout(patience);
    // Doubled up to 8 s while the server is away.
    config.setWatchReconnectInterval(RECONNECT_MILLIS);
    config.setUserAgent("atelier");
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientBuilderConsumer(http)
        .withKubernetesSerialization(new KubernetesSerialization(lenient(), true))
        .build();
  }

  /** One resource that a hand has made odd must not keep the list of all from being read. */
  private static JsonMapper lenient() {
    return JsonMapper.builder(
            JsonFactory.builder()
                .streamReadConstraints(
                    StreamReadConstraints.builder()
                        .maxNameLength(Integer.MAX_VALUE)
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNumberLength(Integer.MAX_VALUE)
                        // The API server's own limit.
                        .maxNestingDepth(10_000)
                        .build())
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .build())
        .build();
  }
}
