// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.simulation;

import dev.atelier.workspace.domain.AdmissionLevel;
import dev.atelier.workspace.domain.Caller;
import dev.atelier.workspace.domain.ExposedPort;
import dev.atelier.workspace.domain.PortProtocol;
import dev.atelier.workspace.domain.PortRequest;
import dev.atelier.workspace.domain.PortVisibility;
import dev.atelier.workspace.domain.StartRequest;
import dev.atelier.workspace.domain.StopPolicy;
import dev.atelier.workspace.domain.TimeoutKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The calls that clients make, each with what it must leave behind. */
final class Calls {
  private static final Map<String, Duration> DURATIONS =
      Map.of(
          "0", Duration.ZERO,
          "30s", Duration.ofSeconds(30),
          "1m", Duration.ofMinutes(1),
          "5m0s", Duration.ofMinutes(5),
          "1h0m0s", Duration.ofHours(1),
          "3h", Duration.ofHours(3));

  private final World world;

  Calls(World world) {
    this.world = world;
  }

  Supplier<Actor> start(String id, StartRequest asked) {
    return () ->
        actor(
            "StartWorkspace",
            id,
            operations -> operations.start(asked, Caller.MANAGER),
            (before, after) -> before);
  }

  Supplier<Actor> stop(String id) {
    StopPolicy policy = world.oneOf(StopPolicy.values());
    return () ->
        actor(
            "StopWorkspace " + policy,
            id,
            operations -> operations.stop(id, policy, Caller.MANAGER),
            (before, after) ->
                before.withStop(Optional.of(before.stop().map(policy::or).orElse(policy))));
  }

  Supplier<Actor> mark(String id) {
    boolean closed = world.chance(0.35);
    return () ->
        actor(
            "MarkActive closed=" + closed,
            id,
            operations -> operations.markActive(id, closed, false, Caller.MANAGER),
            (before, after) -> before.withClosed(closed));
  }

  Supplier<Actor> act(String id) {
    return switch (world.below(6)) {
      case 0 -> mark(id);
      case 1 -> timeout(id, world.oneOf("1m", "5m0s", "1h0m0s", "3h"));
      case 2 -> closedTimeout(id, world.oneOf("0", "30s", "5m0s"));
      case 3 -> port(id, world.chance(0.7), 3_000 + world.below(3));
      case 4 -> admission(id, world.oneOf(AdmissionLevel.values()));
      default -> describe(id);
    };
  }

  Supplier<Actor> timeout(String id, String wanted) {
    Duration duration = DURATIONS.get(wanted);
    return () ->
        actor(
            "SetTimeout " + wanted,
            id,
            o -> o.setTimeout(id, TimeoutKind.WORKSPACE, wanted, Caller.MANAGER),
            (before, after) -> before.with(c -> c.timeout(duration).closedTimeout(Duration.ZERO)));
  }

  Supplier<Actor> closedTimeout(String id, String wanted) {
    Duration duration = DURATIONS.get(wanted);
    return () ->
        actor(
            "SetTimeout closed " + wanted,
            id,
            o -> o.setTimeout(id, TimeoutKind.CLOSED, wanted, Caller.MANAGER),
            (before, after) -> before.withClosedTimeout(duration));
  }

  Supplier<Actor> port(String id, boolean expose, int port) {
    PortRequest spec = new PortRequest(port, PortVisibility.PUBLIC, PortProtocol.HTTP);
    ExposedPort exposed =
        new ExposedPort(port, spec.visibility(), spec.protocol(), "http://h/" + id + ":" + port);
    return () ->
        actor(
            "ControlPort " + expose + " " + port,
            id,
            o -> o.controlPort(id, expose, spec, Caller.MANAGER),
            (before, after) -> {
              List<ExposedPort> ports = new ArrayList<>(before.ports());
              ports.removeIf(p -> p.port() == port);
              if (expose) {
                ports.add(exposed);
              }
              return before.withPorts(ports);
            });
  }

  Supplier<Actor> admission(String id, AdmissionLevel level) {
    return () ->
        actor(
            "ControlAdmission",
            id,
            o -> o.controlAdmission(id, level, Caller.MANAGER),
            (before, after) -> before.withAdmission(level));
  }

  Supplier<Actor> describe(String id) {
    return () -> actor("DescribeWorkspace", id, o -> o.describe(id), (before, after) -> before);
  }

  private Actor actor(String name, String id, Actor.Act act, Actor.Effect effect) {
    return new Actor(name, id, act, effect, world.now());
  }
}
