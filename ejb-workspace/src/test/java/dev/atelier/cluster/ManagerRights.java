// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the manifests let a manager do: each verb of each resource by itself. */
public final class ManagerRights {
  private static final Path FILE = Path.of("../config/kubernetes/base/rights.yaml");

  private ManagerRights() {}

  /**
   * The objects that give them to the manager's account in a namespace.
   *
   * @param name what those that belong to no namespace are called instead
   */
  public static List<HasMetadata> manifest(KubernetesClient client, String namespace, String name)
      throws IOException {
    List<HasMetadata> all = manifest(client);
    for (HasMetadata one : all) {
      if (one instanceof RoleBinding binding) {
        binding.getSubjects().forEach(subject -> subject.setNamespace(namespace));
      } else if (one instanceof ClusterRoleBinding binding) {
        binding.getSubjects().forEach(subject -> subject.setNamespace(namespace));
        binding.getRoleRef().setName(name);
      }
      if (ofTheCluster(one)) {
        one.getMetadata().setName(name);
      }
    }
    return all;
  }

  /** Whether it belongs to no namespace. */
  public static boolean ofTheCluster(HasMetadata one) {
    return one instanceof ClusterRole || one instanceof ClusterRoleBinding;
  }

  private static List<HasMetadata> manifest(KubernetesClient client) throws IOException {
    try (InputStream yaml = Files.newInputStream(FILE)) {
      return client.load(yaml).items();
    }
  }

  /** All that are given, such as {@code list pods} and {@code update workspaces/status.GROUP}. */
  public static Set<String> given(KubernetesClient client) throws IOException {
    return manifest(client).stream()
        .flatMap(ManagerRights::rules)
        .flatMap(ManagerRights::rights)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<PolicyRule> rules(HasMetadata one) {
    if (one instanceof Role role) {
      return role.getRules().stream();
    }
    return one instanceof ClusterRole role ? role.getRules().stream() : Stream.empty();
  }

  private static Stream<String> rights(PolicyRule rule) {
    return rule.getApiGroups().stream()
        .flatMap(
            group ->
                rule.getResources().stream()
                    .flatMap(
                        resource ->
                            rule.getVerbs().stream().map(verb -> right(verb, group, resource))));
  }

  /** Those that requests have made use of. */
  public static Set<String> used(List<AuditLog.Request> requests) {
    return requests.stream()
        .map(one -> right(one.verb(), one.group(), one.resource()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String right(String verb, String group, String resource) {
    return verb + " " + resource + (group.isEmpty() ? "" : "." + group);
  }

  /** The requests that were refused for want of a right. */
  public static List<AuditLog.Request> refused(List<AuditLog.Request> requests) {
    return requests.stream().filter(one -> one.code() == 403).toList();
  }
}
