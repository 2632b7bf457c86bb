// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atelier.workspace.domain.WorkspaceFault;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The first password of several managers of one namespace. */
class SecretPasswordRecordIT {
  private ApiCluster cluster;
  private SecretPasswordRecord record;

  @BeforeAll
  static void cluster() {
    assumeTrue(ApiCluster.there("the first password of a cluster"));
  }

  @BeforeEach
  void open() throws IOException {
    cluster = new ApiCluster();
    record = new SecretPasswordRecord(cluster.client, cluster.namespace);
  }

  @AfterEach
  void close() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void theFirstOfTwoManagersIsKept() throws WorkspaceFault {
    SecretPasswordRecord other = new SecretPasswordRecord(cluster.client, cluster.namespace);
    assertThat(record.read()).isEmpty();
    assertThat(record.keep("one")).isTrue();
    assertThat(other.keep("other")).isFalse();
    assertThat(other.read()).hasValue("one");
  }

  @Test
  void aSecretOfThatNameWithoutAHashIsNone() throws WorkspaceFault {
    cluster
        .client
        .secrets()
        .inNamespace(cluster.namespace)
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName(SecretPasswordRecord.NAME)
                .endMetadata()
                .build())
        .create();
    assertThat(record.keep("hash")).isFalse();
    assertThat(record.read()).hasValue("");
  }
}
