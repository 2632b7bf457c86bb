// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import dev.atelier.proto.wsman.MetadataFilter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** Options that several commands have, and what was given for them. */
final class Options {
  private static final Pattern PART = Pattern.compile("(\\d+)(h|m|s)");

  private Options() {}

  static CommandSpec command(String name, String description) {
    CommandSpec spec = CommandSpec.create().name(name);
    spec.usageMessage().description(description);
    return spec;
  }

  static OptionSpec text(String name, String label, String description) {
    return OptionSpec.builder(name)
        .type(String.class)
        .paramLabel(label)
        .description(description)
        .build();
  }

  static OptionSpec several(String name, String label, String description) {
    return OptionSpec.builder(name)
        .type(List.class)
        .auxiliaryTypes(String.class)
        .arity("1")
        .paramLabel(label)
        .description(description)
        .build();
  }

  static OptionSpec flag(String name, String description) {
    return OptionSpec.builder(name).type(boolean.class).arity("0").description(description).build();
  }

  static <E extends Enum<E>> OptionSpec choice(
      String name, Class<E> choices, String label, String description) {
    return OptionSpec.builder(name)
        .type(choices)
        .paramLabel(label)
        .description(description)
        .build();
  }

  static PositionalParamSpec id() {
    return parameter(0, "ID", "the instance");
  }

  static PositionalParamSpec parameter(int index, String label, String description) {
    return PositionalParamSpec.builder()
        .index(Integer.toString(index))
        .arity("1")
        .required(true)
        .type(String.class)
        .paramLabel(label)
        .description(description)
        .build();
  }

  static void addFilter(CommandSpec spec) {
    spec.addOption(text("--owner", "OWNER", "only those of this owner"))
        .addOption(text("--meta-id", "ID", "only instances of this workspace"))
        .addOption(several("--annotation", "NAME=VALUE", "only those that carry it; repeatable"));
  }

  static MetadataFilter filter(ParseResult given) throws CommandFault {
    MetadataFilter.Builder filter =
        MetadataFilter.newBuilder()
            .setOwner(option(given, "--owner", ""))
            .setMetaId(option(given, "--meta-id", ""));
    for (String annotation : all(given, "--annotation")) {
      Map.Entry<String, String> pair = pair("--annotation", annotation);
      filter.putAnnotations(pair.getKey(), pair.getValue());
    }
    return filter.build();
  }

  static OptionSpec showToken() {
    return flag("--show-token", "show the owner token, which opens the workspace");
  }

  static OptionSpec deadline() {
    return text("--deadline", "DURATION", "wait no longer than this, such as 90s or 1h30m (10m)");
  }

  static Duration deadline(ParseResult given) throws CommandFault {
    String text = option(given, "--deadline", "10m").toLowerCase(Locale.ROOT);
    Duration whole = Duration.ZERO;
    Matcher parts = PART.matcher(text);
    int end = 0;
    while (parts.lookingAt()) {
      whole = whole.plus(Duration.parse("PT" + parts.group().toUpperCase(Locale.ROOT)));
      end = parts.end();
      parts.region(end, text.length());
    }
    if (end != text.length() || whole.isZero()) {
      throw new CommandFault(Exit.USAGE, "--deadline: " + text + " is not like 90s or 1h30m");
    }
    return whole;
  }

  static String option(ParseResult given, String name, String fallback) {
    return given.matchedOptionValue(name, fallback);
  }

  static boolean isSet(ParseResult given, String name) {
    return given.matchedOptionValue(name, false);
  }

  static List<String> all(ParseResult given, String name) {
    return given.matchedOptionValue(name, List.of());
  }

  static String parameter(ParseResult given, int index) {
    return given.matchedPositionalValue(index, "");
  }

  static Map.Entry<String, String> pair(String option, String text) throws CommandFault {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new CommandFault(Exit.USAGE, option + ": " + text + " is not NAME=VALUE");
    }
    return Map.entry(text.substring(0, equals), text.substring(equals + 1));
  }
}
