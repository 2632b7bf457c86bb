// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.EntityTransaction;
import jakarta.persistence.PersistenceException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SessionTest {
  @Test
  void whatCannotBeginKeepsNothingOpen() {
    List<String> asked = new ArrayList<>();
    EntityTransaction transaction =
        played(
            EntityTransaction.class,
            (proxy, method, arguments) -> {
              if (method.getName().equals("isActive")) {
                return false;
              }
              throw new PersistenceException("no connection is left");
            });
    EntityManager entities =
        played(
            EntityManager.class,
            (proxy, method, arguments) -> {
              asked.add(method.getName());
              return method.getName().equals("getTransaction") ? transaction : null;
            });
    EntityManagerFactory factory =
        played(EntityManagerFactory.class, (proxy, method, arguments) -> entities);
    Outage outage = new Outage("the store", Optional.empty(), InstantSource.system());

    assertThatThrownBy(() -> new Session(factory, outage)).isInstanceOf(StoreFailure.class);
    assertThat(asked).contains("close");
  }

  private static <T> T played(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
