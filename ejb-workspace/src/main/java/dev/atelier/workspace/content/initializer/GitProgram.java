// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.ContentFault;
import dev.atelier.workspace.content.ContentSandbox.Network;
import dev.atelier.workspace.content.SandboxPrograms;
import dev.atelier.workspace.content.SandboxPrograms.Program;
import dev.atelier.workspace.content.SandboxPrograms.Source;
import dev.atelier.workspace.content.egress.EgressProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The git program of one operation: no hooks, no prompts, no configuration but the checkout's own,
 * every connection through the door, and credentials for one origin alone, which git asks for when
 * a server wants them and which stand in the environment only. What needs no server has no network,
 * no door and no credentials.
 */
final class GitProgram {
  private static final int OUTPUT_LIMIT = 1 << 20;

  private static final Pattern TOO_SLOW =
      Pattern.compile("Operation too slow\\. Less than .* the last (\\d+) seconds");

  private static final Pattern ASKED = Pattern.compile("'https?://([^/']+)/");

  /** Stands for ssh where it may not be used: Git LFS does not ask which protocols are allowed. */
  private static final String NO_SSH = "false";

  /** Answers git's question for credentials, for the origin they belong to and no other. */
  private static final String CREDENTIAL_HELPER =
      "!f() { test \"$1\" = get || exit 0; while IFS='=' read -r k v; do case $k in protocol)"
          + " p=$v;; host) h=$v;; esac; done; case \"$p://$h\" in"
          + " \"$ATELIER_GIT_ORIGIN\"|\"$ATELIER_GIT_OTHER_ORIGIN\") printf 'username=%s\\n"
          + "password=%s\\n"
          + "' \"$ATELIER_GIT_USER\" \"$ATELIER_GIT_PASSWORD\";; esac; }; f";

  private final SandboxPrograms programs;
  private final Duration timeout;
  private final Consumer<String> progress;
  private final ContentNotes notes;
  private final Scrubber scrubber = new Scrubber();
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> way = new HashMap<>();
  private final List<String> options = new ArrayList<>();
  private final List<String> wayOptions = new ArrayList<>();
  private String protocols = "";
  private String server = "the server";
  private EgressProxy proxy;

  /**
   * What became of a run.
   *
   * @param exitCode zero: well
   * @param output the first MiB of what it wrote
   * @param lastWords the last lines of what it said, without any secret
   */
  record Ended(int exitCode, String output, String lastWords) {
    boolean well() {
      return exitCode == 0;
    }
  }

  GitProgram(
      SandboxPrograms programs, Duration timeout, Consumer<String> progress, ContentNotes notes) {
    this.programs = programs;
    this.timeout = timeout;
    this.progress = progress;
    this.notes = notes;
    environment.putAll(
        Map.of(
            "LC_ALL", "C.UTF-8",
            "GIT_TERMINAL_PROMPT", "0",
            "GIT_CONFIG_NOSYSTEM", "1",
            "GIT_CONFIG_GLOBAL", "/dev/null",
            "GIT_ATTR_NOSYSTEM", "1",
            "GIT_OPTIONAL_LOCKS", "0",
            // No transport at all until one is given.
            "GIT_ALLOW_PROTOCOL", "",
            "GIT_SSH_COMMAND", NO_SSH,
            "GIT_NO_LAZY_FETCH", "1"));
    set("core.hooksPath", "/dev/null");
    set("core.fsmonitor", "false");
    set("core.attributesFile", "/dev/null");
    set("safe.directory", "*");
    set("credential.helper", "");
    // A server that says nothing for a minute: those at work on a pack send a byte a second.
    set("http.lowSpeedLimit", "1");
    set("http.lowSpeedTime", "60");
    set("gc.auto", "0");
    set("maintenance.auto", "false");
    set("submodule.recurse", "false");
    set("fetch.recurseSubmodules", "false");
    set("advice.detachedHead", "false");
  }

  /** Sets git configuration for every run and what it runs itself; shows in the process list. */
  void set(String key, String value) {
    options.add("-c");
    options.add(key + "=" + value);
  }

  /** Lets it out through {@code door}, by those of the schemes that pass a door. */
  void connect(EgressProxy door, Set<String> schemes) {
    proxy = door;
    scrubber.hide(door.secrets());
    for (String name : List.of("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY")) {
      way.put(name, door.url());
    }
    way.put("no_proxy", "");
    way.put("NO_PROXY", "");
    way.put("GIT_HTTP_PROXY_AUTHMETHOD", "basic");
    protocols = String.join(":", schemes.stream().filter(name -> !name.equals("ssh")).toList());
    way.put("GIT_ALLOW_PROTOCOL", protocols);
  }

  /** Says whom it asks, for people. */
  void name(RemoteUri remote) {
    server = remote.origin().replaceFirst("^[a-z]+://", "");
  }

  /** Lets it use ssh, to {@code host} at {@code address} alone. */
  void connectSsh(String host, String address) {
    way.put("GIT_ALLOW_PROTOCOL", protocols + ":ssh");
    way.put(
        "GIT_SSH_COMMAND",
        "ssh -F /dev/null -o ConnectTimeout=60 -o ServerAliveInterval=20 -o BatchMode=yes -o"
            + " StrictHostKeyChecking=accept-new -o HostName="
            + address
            + " -o HostKeyAlias="
            + host);
    way.put("GIT_SSH_VARIANT", "ssh");
  }

  /** Takes ssh away again. */
  void disconnectSsh() {
    way.put("GIT_ALLOW_PROTOCOL", protocols);
    way.put("GIT_SSH_COMMAND", NO_SSH);
  }

  /** Answers {@code remote}'s question for credentials, and no other's. */
  void authenticate(RemoteUri remote, Credentials credentials) {
    scrubber.hide(credentials.secrets());
    way.put("ATELIER_GIT_ORIGIN", remote.origin());
    way.put("ATELIER_GIT_OTHER_ORIGIN", remote.otherOrigin());
    way.put("ATELIER_GIT_USER", credentials.user());
    way.put("ATELIER_GIT_PASSWORD", credentials.password());
    wayOptions.addAll(List.of("-c", "credential.helper=" + CREDENTIAL_HELPER));
  }

  /** Hides what must not be seen. */
  void hide(String secret) {
    scrubber.hide(List.of(secret));
  }

  /** Hands a line for people on. */
  void tell(String line) {
    progress.accept(scrubber.scrub(line));
  }

  /** Tells what stays to be told as long as the instance lives. */
  void note(String line) {
    tell(line);
    notes.add(scrubber.scrub(line));
  }

  /** Runs git without a network; how it ended is for the caller to judge. */
  Ended run(String directory, String... arguments) throws ContentFault, InterruptedException {
    return run(Network.NONE, directory, arguments);
  }

  /** Runs git without a network; it must end well. */
  String must(String directory, String... arguments) throws ContentFault, InterruptedException {
    return wellEnded(run(directory, arguments)).output();
  }

  /** Runs git where it reaches servers; how it ended is for the caller to judge. */
  Ended reach(String directory, String... arguments) throws ContentFault, InterruptedException {
    return run(Network.HOST, directory, arguments);
  }

  /** Runs git where it reaches servers; it must end well. */
  String mustReach(String directory, String... arguments)
      throws ContentFault, InterruptedException {
    return wellEnded(reach(directory, arguments)).output();
  }

  /** Runs git; how it ended is for the caller to judge. */
  Ended run(Network network, String directory, String... arguments)
      throws ContentFault, InterruptedException {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(options);
    Map<String, String> variables = new HashMap<>(environment);
    if (network == Network.HOST) {
      command.addAll(wayOptions);
      variables.putAll(way);
    }
    command.addAll(List.of(arguments));
    return run(directory, command, variables, Source.NONE, network);
  }

  /** Runs a shell script, which must end well; it gets nothing of git's environment. */
  String script(String directory, Source input, String script, String... arguments)
      throws ContentFault, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.addAll(List.of(arguments));
    return wellEnded(run(directory, command, Map.of("LC_ALL", "C.UTF-8"), input, Network.NONE))
        .output();
  }

  /** Who has said nothing for how long, where git's words say that somebody has not. */
  Optional<String> silent(String words) {
    Matcher slow = TOO_SLOW.matcher(words);
    if (!slow.find()) {
      return Optional.empty();
    }
    Matcher named = ASKED.matcher(words);
    String who = named.find() ? named.group(1) : server;
    return Optional.of(who + " has sent nothing for " + slow.group(1) + " s");
  }

  /**
   * Whom a connection of a program led to.
   *
   * @param from its port on this side; null when that is not known
   * @param to address and port: the door's, or whose they say
   */
  String behind(String from, String to) {
    Optional<EgressProxy> door =
        Optional.ofNullable(proxy).filter(one -> to.equals("127.0.0.1:" + one.address().getPort()));
    if (door.isEmpty()) {
      return to;
    }
    return Optional.ofNullable(from)
        .flatMap(port -> door.get().askedFrom(Integer.parseInt(port)))
        .orElse("the server of large files");
  }

  /** The run, or the fault that it ended in. */
  Ended wellEnded(Ended ended) throws ContentFault {
    if (ended.well()) {
      return ended;
    }
    String words =
        ended.lastWords().isEmpty() ? "exit code " + ended.exitCode() : ended.lastWords();
    Optional<String> silent = silent(words);
    if (silent.isPresent()) {
      throw new ContentFault(silent.get());
    }
    Optional<String> why = Optional.ofNullable(proxy).flatMap(EgressProxy::why);
    throw new ContentFault(why.map(reason -> reason + "\n" + words).orElse(words));
  }

  private Ended run(
      String directory,
      List<String> command,
      Map<String, String> variables,
      Source input,
      Network network)
      throws ContentFault, InterruptedException {
    ProgramOutput output = new ProgramOutput(OUTPUT_LIMIT);
    LastWords words = new LastWords(scrubber, progress);
    try {
      Program program = new Program(command, variables, directory, timeout).on(network);
      int code = programs.run(program, input, output, words);
      return new Ended(code, output.text(), words.text());
    } catch (IOException e) {
      throw new ContentFault(command.get(0) + " cannot be run: " + scrubber.scrub(e.getMessage()));
    }
  }
}
