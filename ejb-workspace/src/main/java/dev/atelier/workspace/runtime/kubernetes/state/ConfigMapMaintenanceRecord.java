// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atelier.workspace.domain.WorkspaceFault;
import dev.atelier.workspace.operations.MaintenanceRecord;
import dev.atelier.workspace.runtime.kubernetes.watch.Watching;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Keeps the end of maintenance in the config map {@code atelier-maintenance}, which an operator may
 * write too; all managers learn of it by a watch. What cannot be read there changes nothing: a
 * typing error does not end maintenance.
 */
public final class ConfigMapMaintenanceRecord implements MaintenanceRecord, AutoCloseable {
  /** The config map's name. */
  public static final String NAME = "atelier-maintenance";

  private static final Logger LOG = System.getLogger(ConfigMapMaintenanceRecord.class.getName());
  private static final String KEY = "config.json";
  private static final String UNTIL = "enabledUntil";

  private final JsonMapper json = new JsonMapper();
  private final KubernetesClient client;
  private final String namespace;
  private final Watching<ConfigMap> watching;
  private final List<Consumer<Optional<Instant>>> listeners = new CopyOnWriteArrayList<>();
  private Optional<Instant> until = Optional.empty();
  private long revision = -1;

  /** A record that has not read anything yet; see {@link #start}. */
  public ConfigMapMaintenanceRecord(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
    this.watching =
        new Watching<>(
            () ->
                client
                    .configMaps()
                    .inNamespace(namespace)
                    .withField("metadata.name", NAME)
                    .runnableInformer(0),
            ConfigMap::new,
            this::present,
            gone -> accept(Optional.empty(), Long.MAX_VALUE));
  }

  /** Begins to watch. */
  public void start() {
    watching.start();
  }

  /**
   * Waits until what is there was read.
   *
   * @throws WorkspaceFault UNAVAILABLE: it was not, within {@code patience}
   */
  public void awaitFilled(Duration patience) throws WorkspaceFault {
    if (!watching.awaitFilled(patience)) {
      throw WorkspaceFault.unavailable(
          "maintenance could not be read from the Kubernetes API within "
              + patience.toSeconds()
              + " s");
    }
  }

  @Override
  public synchronized Optional<Instant> read() {
    return until;
  }

  @Override
  public void write(Optional<Instant> end) throws WorkspaceFault {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put(UNTIL, end.map(Instant::toString).orElse(null));
    ConfigMap map =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName(NAME)
            .endMetadata()
            .withData(Map.of(KEY, document.toString()))
            .build();
    String patch = client.getKubernetesSerialization().asJson(Map.of("data", map.getData()));
    var configMaps = client.configMaps().inNamespace(namespace);
    try {
      present(
          ApiFailure.ask(
              () -> configMaps.withName(NAME).patch(PatchContext.of(PatchType.JSON_MERGE), patch)));
    } catch (ApiFailure e) {
      if (e.kind() != ApiFailure.Kind.NOT_FOUND) {
        throw e.unavailable();
      }
      try {
        present(ApiFailure.ask(() -> configMaps.resource(map).create()));
      } catch (ApiFailure again) {
        throw again.unavailable();
      }
    }
  }

  @Override
  public void watch(Consumer<Optional<Instant>> listener) {
    listeners.add(listener);
  }

  /** Takes over what a config map says, unless it says nothing that can be read. */
  void present(ConfigMap map) {
    try {
      accept(end(map), Long.parseLong(map.getMetadata().getResourceVersion()));
    } catch (JsonProcessingException | DateTimeException e) {
      LOG.log(
          Level.WARNING,
          "config map {0}: {1} should be like {2}; what was there before holds on",
          NAME,
          KEY,
          "{\"enabledUntil\": \"2030-01-31T12:00:00Z\"}");
    }
  }

  private void accept(Optional<Instant> end, long at) {
    synchronized (this) {
      if (at <= revision && revision != Long.MAX_VALUE) {
        return;
      }
      revision = at;
      if (until.equals(end)) {
        return;
      }
      until = end;
    }
    listeners.forEach(listener -> listener.accept(end));
  }

  /**
   * The end that a config map says; a name that is misspelt is no way to say that there is none.
   */
  private Optional<Instant> end(ConfigMap map) throws JsonProcessingException {
    Map<String, String> data = map.getData() == null ? Map.of() : map.getData();
    if (data.isEmpty()) {
      return Optional.empty();
    }
    JsonNode document = json.readTree(data.getOrDefault(KEY, "misspelt"));
    if (document.isMissingNode() || (document.isObject() && document.isEmpty())) {
      return Optional.empty();
    }
    JsonNode end = document.path(UNTIL);
    return end.isNull()
        ? Optional.empty()
        : Optional.of(OffsetDateTime.parse(end.asText()).toInstant());
  }

  @Override
  public void close() {
    watching.close();
  }
}
