// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The program {@code atelier}. */
public final class Main {
  private static final Map<String, String> CONNECTION =
      Map.of(
          "address", "HOST:PORT of the manager (127.0.0.1:9000)",
          "tls", "true or false (true, but for the loopback interface)",
          "ca-file", "certificates that the manager's is checked against (the system's)",
          "cert-file", "a certificate of your own",
          "key-file", "the key to it",
          "token-file", "a file with your token",
          "data-directory", "of a manager on this machine, where its token is (atelier-data)",
          "config", "a file with lines such as address=HOST:PORT");

  private static final Map<String, Command> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("list", new ListCommand());
    COMMANDS.put("start", new StartCommand());
    COMMANDS.put("stop", new StopCommand());
    COMMANDS.put("describe", new DescribeCommand());
    COMMANDS.put("watch", new WatchCommand());
    COMMANDS.put("timeout", new ChangeCommands.Timeout());
    COMMANDS.put("port", new ChangeCommands.Port());
    COMMANDS.put("admission", new ChangeCommands.Admission());
    COMMANDS.put("snapshot", new ContentCommands.Snapshot());
    COMMANDS.put("backup", new ContentCommands.Backup());
    COMMANDS.put("ssh-key", new ChangeCommands.SshKey());
    COMMANDS.put("classes", new ContentCommands.Classes());
  }

  private final Map<String, String> environment;
  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;

  Main(Map<String, String> environment, InputStream in, PrintStream out, PrintStream err) {
    this.environment = environment;
    this.in = in;
    this.out = out;
    this.err = err;
  }

  /** Ends the process with the command's exit code. */
  public static void main(String[] arguments) {
    if (LostLetters.in(System.getProperty("sun.jnu.encoding", ""), Path.of("/proc/self/cmdline"))) {
      System.err.println(
          "atelier: an argument has letters that this locale has not; set LC_ALL=C.UTF-8");
      Runtime.getRuntime().halt(Exit.USAGE.code());
    }
    int code = new Main(System.getenv(), System.in, System.out, System.err).run(List.of(arguments));
    System.out.flush();
    // Nothing is left to do, and ending the connection in good order takes a tenth of a second.
    Runtime.getRuntime().halt(code);
  }

  /** Runs one command; its exit code. */
  int run(List<String> arguments) {
    CommandLine line = new CommandLine(spec());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setOut(new PrintWriter(new OutputStreamWriter(out, UTF_8), true));
    line.setErr(new PrintWriter(new OutputStreamWriter(err, UTF_8), true));
    line.setExecutionStrategy(this::execute);
    return line.execute(arguments.toArray(new String[0]));
  }

  /** Every command with its options. */
  static CommandSpec spec() {
    CommandSpec spec =
        Options.command("atelier", "Starts, watches, backs up and stops workspaces.");
    spec.usageMessage()
        .synopsisSubcommandLabel("COMMAND")
        .footer(
            "",
            "Each option of the connection may also stand in the environment (ATELIER_ADDRESS,"
                + " ATELIER_CA_FILE, ...) or in ~/.config/atelier/client.properties; a token in"
                + " ATELIER_TOKEN, or there.",
            "",
            "Exit codes:",
            Arrays.stream(Exit.values()).map(Exit::line).collect(Collectors.joining("%n")));
    CONNECTION.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(option -> spec.addOption(inherited(option.getKey(), option.getValue())));
    spec.addOption(
        OptionSpec.builder("-o", "--output")
            .type(Output.Form.class)
            .paramLabel("FORM")
            .description("table, or json")
            .scopeType(ScopeType.INHERIT)
            .build());
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .description("show this")
            .scopeType(ScopeType.INHERIT)
            .build());
    COMMANDS.forEach((name, command) -> spec.addSubcommand(name, command.spec()));
    return spec.addSubcommand(
        "completion",
        Options.command(
            "completion", "Prints completion for bash and zsh: source <(atelier completion)"));
  }

  private static OptionSpec inherited(String name, String description) {
    return OptionSpec.builder("--" + name)
        .type(String.class)
        .paramLabel("VALUE")
        .description(description)
        .scopeType(ScopeType.INHERIT)
        .build();
  }

  private int execute(ParseResult parsed) {
    Integer help = CommandLine.executeHelpRequest(parsed);
    if (help != null) {
      return help;
    }
    ParseResult given = parsed.subcommand();
    if (given == null) {
      parsed.commandSpec().commandLine().usage(err);
      return Exit.USAGE.code();
    }
    String name = given.commandSpec().name();
    if (name.equals("completion")) {
      out.println(AutoComplete.bash("atelier", parsed.commandSpec().commandLine()));
      return Exit.OK.code();
    }
    return run(COMMANDS.get(name), given).code();
  }

  private Exit run(Command command, ParseResult given) {
    Map<String, String> flags = new HashMap<>();
    CONNECTION.keySet().forEach(name -> flags.put(name, Options.option(given, "--" + name, "")));
    flags.put("owner", Options.option(given, "--owner", ""));
    Output output = new Output(out, given.matchedOptionValue("--output", Output.Form.table));
    try (Session session =
        new Session(ConnectionSettings.Sources.read(flags, environment), in, err, output)) {
      return command.run(given, session);
    } catch (CommandFault e) {
      err.println("atelier: " + Statuses.plain(e.getMessage()));
      return e.exit();
    } catch (StatusRuntimeException e) {
      return refused(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Exit.FAILED;
    }
  }

  private Exit refused(StatusRuntimeException refusal) {
    Status status = refusal.getStatus();
    String words = status.getDescription() == null ? "" : ": " + status.getDescription();
    err.println("atelier: " + Statuses.plain(status.getCode() + words));
    com.google.rpc.Status details = StatusProto.fromThrowable(refusal);
    if (details != null) {
      details.getDetailsList().forEach(this::tell);
    }
    return Exit.of(status.getCode());
  }

  private void tell(Any detail) {
    if (!detail.is(BadRequest.class)) {
      return;
    }
    try {
      detail
          .unpack(BadRequest.class)
          .getFieldViolationsList()
          .forEach(
              fault ->
                  err.println(
                      "  " + Statuses.plain(fault.getField() + ": " + fault.getDescription())));
    } catch (InvalidProtocolBufferException e) {
      err.println("  (details that cannot be read)");
    }
  }
}
