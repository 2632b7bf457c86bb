// SPDX-License-Identifier: Apache-2.0
package dev.atelier.bench;

import dev.atelier.cluster.AuditLog;
import dev.atelier.cluster.KubeletPlayer;
import dev.atelier.cluster.TestNamespace;
import dev.atelier.it.AtelierServer;
import dev.atelier.proto.wsman.StopWorkspacePolicy;
import dev.atelier.workspace.content.NativeCryptography;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The figures of a manager on a cluster: a real API server, and a node that is played. Its
 * arguments are parts, each with numbers behind it:
 *
 * <ul>
 *   <li>{@code starts 5 10 20}: open-loop starts for 20 s at each of these rates a second
 *   <li>{@code burst 300}: as many at once
 *   <li>{@code life 50}: requests to the API server of as many lives
 *   <li>{@code active 200}: MarkActive on as many instances, and what it writes
 *   <li>{@code many 500 2000}: GetWorkspaces, memory and CPU at rest at each of these numbers
 *   <li>{@code restart 5000}: the first start after SIGKILL with as many instances
 *   <li>{@code leader 3}: from SIGKILL of the leader of two to the next RUNNING, as many times
 *   <li>{@code kill 20}: SIGKILL while as many start
 * </ul>
 */
final class KubernetesBench implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int SECONDS_A_RATE = 20;
  private static final Pattern IDENTITY = Pattern.compile("this manager is (\\S+)");
  private static final Map<String, String> CONFIG =
      Map.of(
          "atelier.runtime", "kubernetes",
          "atelier.kubernetes.store-volume", "{\"emptyDir\":{}}",
          "atelier.timeouts.startup", "24h",
          "atelier.timeouts.retention", "1s",
          "atelier.class.default.backup-interval", "0s");

  private final Path folder = Files.createTempDirectory("atelier-bench");
  private final TestNamespace namespace = new TestNamespace(manifests());
  private final KubeletPlayer player = new KubeletPlayer(namespace.name());
  private final AuditLog audit = new AuditLog();
  private final Map<String, String> environment;
  private int servers;

  private KubernetesBench() throws IOException {
    environment = new HashMap<>(namespace.environment(folder));
    environment.put("JDK_JAVA_OPTIONS", "-Xmx1g");
  }

  private static Path manifests() {
    return Path.of(System.getProperty("atelier.manifests", "../config/kubernetes"));
  }

  public static void main(String[] arguments) throws Exception {
    if (!TestNamespace.there("this bench")) {
      System.exit(1);
    }
    // What plays and asks takes its time from the same processors.
    NativeCryptography.useForTls();
    Map<String, List<Integer>> parts = new TreeMap<>();
    List<String> order = new ArrayList<>();
    for (String word : String.join(" ", arguments).strip().split(" +", -1)) {
      if (word.matches("[0-9]+")) {
        parts.get(order.get(order.size() - 1)).add(Integer.valueOf(word));
      } else {
        order.add(word);
        parts.put(word, new ArrayList<>());
      }
    }
    for (String part : order) {
      try (KubernetesBench bench = new KubernetesBench()) {
        bench.part(part, parts.get(part));
      }
    }
    System.exit(0);
  }

  private void part(String name, List<Integer> numbers) throws Exception {
    System.out.printf("%n%s%n", name);
    switch (name) {
      case "starts" -> starts(numbers);
      case "burst" -> burst(numbers);
      case "life" -> life(numbers.get(0));
      case "active" -> active(numbers.get(0));
      case "many" -> many(numbers);
      case "restart" -> restart(numbers.get(0));
      case "leader" -> leader(numbers.get(0));
      case "kill" -> kill(numbers.get(0));
      default -> throw new IllegalArgumentException("no part: " + name);
    }
  }

  private AtelierServer server() throws IOException {
    Path data = Files.createDirectory(folder.resolve("manager-" + servers++));
    return AtelierServer.start(
        Path.of(System.getProperty("atelier.jar")), data, CONFIG, environment);
  }

  private static void stop(LoadGenerator load, List<String> ids) throws InterruptedException {
    load.stop(ids, StopWorkspacePolicy.NORMALLY, PATIENCE);
  }

  /** A program that has just begun is another one than that which runs for weeks. */
  private static void warmUp(LoadGenerator load) throws InterruptedException {
    stop(load, load.starts(150, 5, PATIENCE).ids());
  }

  private static LoadGenerator load(AtelierServer server) {
    return new LoadGenerator("127.0.0.1:" + server.grpcPort(), "localhost/image:1");
  }

  private void starts(List<Integer> rates) throws Exception {
    try (AtelierServer server = server();
        LoadGenerator load = load(server)) {
      warmUp(load);
      for (int rate : rates) {
        report(load, rate * SECONDS_A_RATE, rate, server);
      }
    }
  }

  private void burst(List<Integer> counts) throws Exception {
    try (AtelierServer server = server();
        LoadGenerator load = load(server)) {
      warmUp(load);
      for (int count : counts) {
        report(load, count, 100_000, server);
      }
    }
  }

  private void report(LoadGenerator load, int count, double rate, AtelierServer server)
      throws Exception {
    long cpu = ProcessFigures.cpuMillis(server.pid());
    LoadGenerator.Starts starts = load.starts(count, rate, PATIENCE);
    cpu = ProcessFigures.cpuMillis(server.pid()) - cpu;
    System.out.printf("  %d starts at %s%n", count, rate < 10_000 ? rate + "/s" : "once");
    System.out.println("    answer            " + starts.answers());
    System.out.println("    start..RUNNING    " + starts.running());
    System.out.println("    the node's part   " + Latencies.of(nodePart(starts).values()));
    System.out.println("    the manager's     " + Latencies.of(managerPart(starts)));
    System.out.printf(
        "    refused %d, never ran %d; the manager's CPU %.1f ms a start%n",
        starts.refused(), starts.neverRan(), (double) cpu / count);
    stop(load, starts.ids());
  }

  private Map<String, Long> nodePart(LoadGenerator.Starts starts) {
    Map<String, Long> part = new HashMap<>(player.took());
    part.keySet().retainAll(starts.nanosToRunning().keySet());
    return part;
  }

  private List<Long> managerPart(LoadGenerator.Starts starts) {
    Map<String, Long> node = player.took();
    return starts.nanosToRunning().entrySet().stream()
        .map(one -> one.getValue() - node.getOrDefault(one.getKey(), 0L))
        .toList();
  }

  private void life(int lives) throws Exception {
    try (AtelierServer server = server();
        LoadGenerator load = load(server)) {
      stop(load, load.starts(5, 5, PATIENCE).ids());
      awaitForgotten();
      audit.restart();
      List<String> ids = load.starts(lives, 5, PATIENCE).ids();
      ids.forEach(load::touch);
      stop(load, ids);
      awaitForgotten();
      List<AuditLog.Request> asked =
          audit.of(namespace.user()).stream()
              .filter(request -> !request.resource().equals("leases"))
              .toList();
      double writes = asked.stream().filter(request -> !request.reads()).count();
      double execs = asked.stream().filter(KubernetesBench::isExec).count();
      System.out.printf(
          "  of %d lives, requests a life: %.2f, writes %.2f, programs run in pods %.2f%n",
          lives, asked.size() / (double) lives, (writes - execs) / lives, execs / lives);
      asked.stream()
          .collect(
              Collectors.groupingBy(
                  request -> request.what() + " " + request.code(),
                  TreeMap::new,
                  Collectors.counting()))
          .forEach(
              (what, count) -> System.out.printf("    %-40s %.2f%n", what, count / (double) lives));
    }
  }

  private static boolean isExec(AuditLog.Request request) {
    return request.resource().equals("pods/exec");
  }

  private void awaitForgotten() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!namespace.workspaces().isEmpty()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            namespace.workspaces().size() + " instances are not forgotten within " + PATIENCE);
      }
      TimeUnit.MILLISECONDS.sleep(500);
    }
  }

  private void active(int instances) throws Exception {
    try (AtelierServer server = server();
        LoadGenerator load = load(server)) {
      List<String> ids = load.starts(instances, 20, PATIENCE).ids();
      TimeUnit.SECONDS.sleep(3);
      for (int clients : List.of(8, 16)) {
        audit.restart();
        int seconds = 15;
        double rate = load.markActive(ids, clients, Duration.ofSeconds(seconds));
        TimeUnit.SECONDS.sleep(6);
        long writes = writes();
        System.out.printf(
            "  %d clients on %d instances: %.0f calls/s, %d writes (%.2f an instance and 5 s)%n",
            clients, ids.size(), rate, writes, writes * 5.0 / seconds / ids.size());
      }
    }
  }

  private long writes() throws IOException {
    return audit.of(namespace.user()).stream()
        .filter(request -> !request.reads() && !request.resource().equals("leases"))
        .count();
  }

  private void many(List<Integer> counts) throws Exception {
    try (AtelierServer server = server();
        LoadGenerator load = load(server)) {
      int now = 1;
      CopiedInstances copies = copies(load);
      for (int count : counts) {
        copies.make(count - now);
        now = count;
        awaitKnown(load, count);
        System.out.printf("  %d instances: %s%n", now, ProcessFigures.atRest(server.pid()));
        load.getWorkspaces(20);
        System.out.println("    GetWorkspaces " + load.getWorkspaces(50));
      }
    }
  }

  private static void awaitKnown(LoadGenerator load, int count) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (load.running() < count) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(load.running() + " of " + count + " run");
      }
      TimeUnit.SECONDS.sleep(1);
    }
  }

  private CopiedInstances copies(LoadGenerator load) throws InterruptedException {
    String id = load.starts(1, 1, PATIENCE).ids().get(0);
    TimeUnit.SECONDS.sleep(3);
    return new CopiedInstances(namespace, player, id);
  }

  private void restart(int count) throws Exception {
    AtelierServer before = server();
    try (LoadGenerator load = load(before)) {
      copies(load).make(count - 1);
      awaitKnown(load, count);
    }
    before.kill();
    before.close();
    audit.restart();
    long begin = System.nanoTime();
    try (AtelierServer server = server();
        LoadGenerator load = load(server)) {
      double ready = (System.nanoTime() - begin) / 1e9;
      LoadGenerator.Starts first = load.starts(1, 1, PATIENCE);
      System.out.printf(
          "  with %d instances: ready after %.1f s, the first start answered %.1f s after the"
              + " process began, RUNNING %s%n",
          count, ready, ready + first.answers().percentile(100).toNanos() / 1e9, first.running());
      TimeUnit.SECONDS.sleep(5);
      Map<String, Long> writes =
          audit.of(namespace.user()).stream()
              .filter(request -> !request.reads() && !request.resource().equals("leases"))
              .collect(
                  Collectors.groupingBy(
                      AuditLog.Request::what, TreeMap::new, Collectors.counting()));
      System.out.println("    all its writes, that start's among them: " + writes);
    }
  }

  private String leaderName() {
    return namespace.client().leases().inNamespace(namespace.name()).list().getItems().stream()
        .map(lease -> lease.getSpec().getHolderIdentity())
        .filter(holder -> holder != null && !holder.isEmpty())
        .findFirst()
        .orElse("");
  }

  private static String identity(AtelierServer server) {
    Matcher said = IDENTITY.matcher(server.log());
    return said.find() ? said.group(1) : "unknown";
  }

  private void leader(int times) throws Exception {
    for (int time = 1; time <= times; time++) {
      List<AtelierServer> both = List.of(server(), server());
      try {
        String leads = leaderName();
        int first = identity(both.get(0)).equals(leads) ? 0 : 1;
        AtelierServer other = both.get(1 - first);
        try (LoadGenerator load = load(other)) {
          stop(load, load.starts(3, 5, PATIENCE).ids());
          long begin = System.nanoTime();
          both.get(first).kill();
          LoadGenerator.Starts next = load.starts(1, 1, PATIENCE);
          System.out.printf(
              "  %s was killed: RUNNING %.1f s later (the call: %s)%n",
              leads, (System.nanoTime() - begin) / 1e9, next.answers());
          stop(load, next.ids());
        }
      } finally {
        both.forEach(AtelierServer::close);
      }
    }
  }

  private void kill(int count) throws Exception {
    AtelierServer before = server();
    audit.restart();
    List<String> answered;
    try (LoadGenerator load = load(before)) {
      stop(load, load.starts(5, 5, PATIENCE).ids());
      Thread killer =
          new Thread(
              () -> {
                try {
                  // Most are answered by then, and few run.
                  TimeUnit.MILLISECONDS.sleep(1_000);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                before.kill();
              });
      killer.start();
      answered = load.starts(count, count * 2, Duration.ofSeconds(3)).ids();
      killer.join();
    }
    before.close();
    long begin = System.nanoTime();
    try (AtelierServer server = server();
        LoadGenerator load = load(server)) {
      boolean all = load.awaitRunning(answered, PATIENCE);
      System.out.printf(
          "  %d answered before the kill: %s %.1f s after the new process began%n",
          answered.size(),
          all ? "all RUNNING" : "NOT all RUNNING",
          (System.nanoTime() - begin) / 1e9);
      Map<String, Long> pods =
          audit.of(namespace.user()).stream()
              .filter(request -> request.what().equals("create pods") && request.code() == 201)
              .collect(Collectors.groupingBy(AuditLog.Request::name, Collectors.counting()));
      System.out.println(
          "    pods made twice: "
              + pods.entrySet().stream().filter(one -> one.getValue() > 1).toList());
    }
  }

  @Override
  public void close() throws IOException {
    player.close();
    namespace.close();
    try (Stream<Path> paths = Files.walk(folder)) {
      paths.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
    }
  }
}
