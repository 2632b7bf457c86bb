// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ranges of several managers, on a network that the test has made. */
class RangeClaimTest {
  private static final PrivateRange FIRST = PrivateRange.CANDIDATES.get(0);
  private static final PrivateRange SECOND = PrivateRange.CANDIDATES.get(1);

  private final List<RangeClaim> claims = new ArrayList<>();
  private Process machine;
  private MachineNetwork network;

  @BeforeEach
  void make() throws Exception {
    boolean root = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    if (!root) {
      System.out.println("left out, for this is not root: ranges of several managers");
    }
    assumeTrue(root);
    for (String program : List.of("ip", "unshare", "nsenter")) {
      assumeTrue(LocalMachine.has(program, "ranges of several managers"));
    }
    machine = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo; exec cat").start();
    machine.getInputStream().read();
    network = new MachineNetwork(List.of("nsenter", "--net=/proc/" + machine.pid() + "/ns/net"));
    network.run("", List.of("ip", "link", "set", "lo", "up"));
    network.run(
        "link add other type veth peer name otherx\nlink set otherx up\nlink set other up\n",
        List.of("ip", "-batch", "-"));
  }

  @AfterEach
  void end() throws Exception {
    for (RangeClaim claim : claims) {
      claim.close();
    }
    if (machine != null) {
      machine.destroyForcibly();
    }
  }

  private RangeClaim take(String owner, Optional<PrivateRange> asked) throws Exception {
    RangeClaim claim =
        RangeClaim.take(network, asked, new RangeClaim.Owner("atelier-" + owner, "at" + owner));
    claims.add(claim);
    return claim;
  }

  private RangeClaim take(String owner) throws Exception {
    return take(owner, Optional.empty());
  }

  /** What an instance leaves: an interface in a network of a range. */
  private void instance(String name, String alias, String address) throws Exception {
    network.run(
        """
        link add name %1$s type veth peer name %1$sx
        link set %1$s alias %2$s
        addr add %3$s/30 dev %1$s
        link set %1$s up
        """
            .formatted(name, alias, address),
        List.of("ip", "-batch", "-"));
  }

  @Test
  void eachManagerHasARangeOfItsOwn() throws Exception {
    assertThat(take("a").range()).isEqualTo(FIRST);
    RangeClaim second = take("b");
    assertThat(second.range()).isEqualTo(SECOND);
    second.close();
    assertThat(take("c").range()).isEqualTo(SECOND);
  }

  @Test
  void managersThatStartAtTheSameMomentHaveDifferentOnes() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Callable<RangeClaim>> starts = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        String owner = "m" + i;
        starts.add(
            () ->
                RangeClaim.take(
                    network,
                    Optional.empty(),
                    new RangeClaim.Owner("atelier-" + owner, "at" + owner)));
      }
      for (Future<RangeClaim> start : threads.invokeAll(starts)) {
        claims.add(start.get());
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(claims).extracting(RangeClaim::range).hasSize(6).doesNotHaveDuplicates();
    assertThat(claims).extracting(RangeClaim::prefix).doesNotHaveDuplicates();
  }

  @Test
  void aRouteOfTheMachineIsKeptClearOf() throws Exception {
    network.run("", List.of("ip", "route", "add", "10.0.0.0/8", "dev", "other"));
    assertThat(take("a").range()).isEqualTo(PrivateRange.parse("172.29.0.0/16"));
  }

  @Test
  void aConfiguredRangeIsThatOneOrNone() throws Exception {
    take("a");
    Optional<PrivateRange> part = Optional.of(PrivateRange.parse("10.215.128.0/17"));
    assertThatThrownBy(() -> take("b", part))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("atelier.local.veth.range 10.215.128.0/17", "another manager's");
    network.run("", List.of("ip", "route", "add", "10.99.7.0/24", "dev", "other"));
    assertThatThrownBy(() -> take("b", Optional.of(PrivateRange.parse("10.99.0.0/16"))))
        .hasMessageContaining("collides with this machine's route 10.99.7.0/24 dev other");
    Optional<PrivateRange> free = Optional.of(PrivateRange.parse("10.98.0.0/16"));
    assertThat(take("b", free).range()).isEqualTo(free.get());
  }

  @Test
  void whoseInstancesLiveOnKeepsTheirRange() throws Exception {
    take("a");
    RangeClaim second = take("b");
    instance(second.prefix() + "0", "atelier-b", SECOND.outer(0));
    claims.forEach(RangeClaimTest::close);
    assertThat(take("c").range()).isEqualTo(FIRST);
    claims.get(2).close();
    assertThat(take("d").range()).isEqualTo(FIRST);
    assertThat(take("e").range()).isNotEqualTo(SECOND);
    assertThat(take("b").range()).isEqualTo(SECOND);
  }

  @Test
  void networksOfAnEarlierVersionAreKeptAndLeftAlone() throws Exception {
    instance("ata-7", "none", FIRST.outer(7));
    RangeClaim claim = take("a");
    assertThat(claim.range()).isEqualTo(FIRST);
    assertThat(claim.free(7)).isFalse();
    assertThat(claim.free(6)).isTrue();
    assertThat(claim.free(8)).isTrue();
  }

  @Test
  void aClaimEndsWithTheProcessThatHasIt() throws Exception {
    RangeClaim killed = take("a");
    killed.holder().destroyForcibly().waitFor();
    await()
        .atMost(LocalMachine.PATIENCE)
        .until(() -> network.links().stream().noneMatch(link -> link.owner().equals("atelier-a")));
    assertThat(take("b").range()).isEqualTo(FIRST);
  }

  @Test
  void whatIsLeftOfAnEarlierManagersClaimIsInNobodysWay() throws Exception {
    RangeClaim left = take("a");
    assertThat(take("a").range()).isEqualTo(left.range());
  }

  private static void close(RangeClaim claim) {
    try {
      claim.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
