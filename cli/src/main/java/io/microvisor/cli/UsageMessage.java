package io.microvisor.cli;

import io.microvisor.compose.problem.Suggestion;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/// What is wrong with a command line, in the form of all messages; picocli's own words name Java's types and constants.
final class UsageMessage {
  private UsageMessage() {}

  static String of(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      return unknown(e.getCommandLine(), unmatched.getUnmatched());
    }
    ArgSpec argument = e.getArgSpec();
    String value = e.getValue();
    // A converter fails with a value; anything else, such as a parameter that is missing, is the
    // parser's own to say.
    Throwable cause = e.getCause();
    return argument != null && value != null && cause != null
        ? name(argument) + ": " + refusal(argument, value, cause)
        : String.valueOf(e.getMessage());
  }

  private static String unknown(CommandLine command, List<String> words) {
    CommandSpec spec = command.getCommandSpec();
    Optional<String> option = words.stream().filter(word -> word.startsWith("-")).findFirst();
    if (option.isPresent()) {
      String name = option.get().replaceFirst("=.*", "");
      return name + ": no such option" + meant(name, spec.optionsMap().keySet());
    }
    String word = words.getFirst();
    return command.getSubcommands().isEmpty()
        ? word + ": one argument too many"
        : word + ": no such command" + meant(word, command.getSubcommands().keySet());
  }

  private static String meant(String given, Collection<String> known) {
    return Suggestion.nearest(given, known).map(" (did you mean %s?)"::formatted).orElse("");
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  private static String refusal(ArgSpec argument, String value, Throwable cause) {
    Class<?> type =
        argument.auxiliaryTypes().length > 0 ? argument.auxiliaryTypes()[0] : argument.type();
    Object[] constants = type.getEnumConstants();
    if (constants != null) {
      return "\"%s\" (expected: %s)"
          .formatted(
              value,
              Arrays.stream(constants)
                  .map(each -> each.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                  .collect(Collectors.joining(", "))
                  .replaceFirst(", ([^,]*)$", " or $1"));
    }
    if (argument.converters().length == 0 && (type == int.class || type == Integer.class)) {
      return "\"%s\" (expected: a whole number)".formatted(value);
    }
    return cause instanceof TypeConversionException
        ? String.valueOf(cause.getMessage())
        : "\"%s\" is not understood".formatted(value);
  }
}
