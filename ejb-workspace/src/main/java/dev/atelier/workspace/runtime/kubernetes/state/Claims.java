// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import dev.atelier.workspace.domain.Workspace;
import dev.atelier.workspace.domain.WorkspaceFault;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who has which meta id and service prefix. A config map named after the value says so, whichever
 * manager asks: of two at the same moment one makes it. It belongs to its holders and goes with
 * them; one whose holder has stopped is taken over by whoever comes next.
 */
final class Claims {
  private static final String META_ID = "meta_id";
  private static final String SERVICE_PREFIX = "service_prefix";

  /** Beside the holders, for people. */
  private static final String VALUE = "value";

  private static final int ATTEMPTS = 20;

  private final KubernetesClient client;
  private final String namespace;
  private final Holders holders;

  /** Says whether who holds a name still needs it. */
  @FunctionalInterface
  interface Holders {
    /** Whether the instance with that resource is one that has not stopped. */
    boolean active(String id, String uid) throws ApiFailure;
  }

  Claims(KubernetesClient client, String namespace, Holders holders) {
    this.client = client;
    this.namespace = namespace;
    this.holders = holders;
  }

  /**
   * Takes the names of an instance whose resource has that uid.
   *
   * @throws WorkspaceFault ALREADY_EXISTS: another that has not stopped has one of them
   */
  void take(Workspace workspace, String uid) throws ApiFailure, WorkspaceFault {
    String metaId = workspace.spec().metaId();
    String prefix = workspace.spec().servicePrefix();
    Map<String, List<String>> wanted = new LinkedHashMap<>();
    wanted.computeIfAbsent(metaId, value -> new ArrayList<>()).add(META_ID);
    if (!prefix.isEmpty()) {
      wanted.computeIfAbsent(prefix, value -> new ArrayList<>()).add(SERVICE_PREFIX);
    }
    for (Map.Entry<String, List<String>> claim : wanted.entrySet()) {
      take(claim.getKey(), claim.getValue(), new Holder(workspace.id(), uid));
    }
  }

  /** Whom a name belongs to; a claim holds it as text. */
  private record Holder(String id, String uid) {
    static Holder of(String text) {
      int slash = text.indexOf('/');
      return slash < 0
          ? new Holder(text, "")
          : new Holder(text.substring(0, slash), text.substring(slash + 1));
    }

    @Override
    public String toString() {
      return id + "/" + uid;
    }

    OwnerReference reference() {
      return InstanceSecrets.ownedBy(id, uid);
    }
  }

  private void take(String value, List<String> fields, Holder holder)
      throws ApiFailure, WorkspaceFault {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        ConfigMap present = attempt == 0 ? null : read(value);
        if (present == null) {
          write(claim(value, fields, holder, Map.of()), false);
        } else {
          Map<String, Holder> others = others(value, fields, present);
          ConfigMap mine = claim(value, fields, holder, others);
          mine.getMetadata().setResourceVersion(present.getMetadata().getResourceVersion());
          write(mine, true);
        }
        return;
      } catch (ApiFailure e) {
        switch (e.kind()) {
          // Somebody else has made, changed or removed it.
          case EXISTS, CONFLICT, NOT_FOUND -> {}
          case INVALID, REFUSED, DOUBTFUL -> throw e;
        }
      }
    }
    throw WorkspaceFault.unavailable("too many ask for \"" + value + "\" at once");
  }

  /** Those that keep their part of a claim; refuses when they have what is wanted. */
  private Map<String, Holder> others(String value, List<String> fields, ConfigMap present)
      throws ApiFailure, WorkspaceFault {
    Map<String, Holder> others = new HashMap<>();
    Map<String, String> data = present.getData() == null ? Map.of() : present.getData();
    for (String field : List.of(META_ID, SERVICE_PREFIX)) {
      if (!data.containsKey(field)) {
        continue;
      }
      Holder other = Holder.of(data.get(field));
      if (!holders.active(other.id(), other.uid())) {
        continue;
      }
      if (fields.contains(field)) {
        throw taken(field, value, other.id());
      }
      others.put(field, other);
    }
    return others;
  }

  static WorkspaceFault taken(String field, String value, String by) {
    return WorkspaceFault.alreadyExists(
        "%s: \"%s\" is taken by workspace instance \"%s\", which has not stopped"
            .formatted(field, value, by));
  }

  private ConfigMap claim(
      String value, List<String> fields, Holder holder, Map<String, Holder> others) {
    Map<String, Holder> all = new HashMap<>(others);
    fields.forEach(field -> all.put(field, holder));
    Map<String, String> data = new HashMap<>();
    data.put(VALUE, value);
    all.forEach((field, who) -> data.put(field, who.toString()));
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(Names.claim(value))
        .addToLabels(Names.CLAIM_LABEL, "")
        .withOwnerReferences(all.values().stream().distinct().map(Holder::reference).toList())
        .endMetadata()
        .withData(data)
        .build();
  }

  private ConfigMap read(String value) throws ApiFailure {
    return ApiFailure.ask(
        () -> client.configMaps().inNamespace(namespace).withName(Names.claim(value)).get());
  }

  private void write(ConfigMap claim, boolean present) throws ApiFailure {
    ApiFailure.ask(
        () -> {
          var request = client.configMaps().inNamespace(namespace).resource(claim);
          return present ? request.update() : request.create();
        });
  }
}
