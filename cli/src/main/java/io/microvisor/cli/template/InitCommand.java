package io.microvisor.cli.template;

import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `emt init`.
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    header = "Writes a first template of your own.",
    description =
        "Writes NAME.yaml into the working directory: the default edge image with packages, a file, a service and a user"
            + " of your own. Nothing that is there is overwritten.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mkdir my-image && cd my-image && emt init",
      "  emt init kiosk && emt build kiosk.yaml"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:written", "1:the file is there already, or cannot be written"})
public final class InitCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      defaultValue = "hello",
      description = "The image's name (default: ${DEFAULT-VALUE}).")
  private String name = "hello";

  /// A command of this world.
  public InitCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, FailureException {
    if (!name.matches("[a-z0-9][a-z0-9-]{0,30}")) {
      throw new FailureException(
          ExitCode.USAGE,
          "name \""
              + name
              + "\": not usable (expected: lower-case letters, digits and '-', at most 31)");
    }
    Path file = terminal.workingDirectory().resolve(name + ".yaml");
    if (Files.exists(file)) {
      throw new FailureException(
          ExitCode.FAILED,
          name + ".yaml: exists already (expected: a free name)\n  advice: emt init ANOTHER-NAME");
    }
    try {
      Files.writeString(
          file, starter().replace("name: hello", "name: " + name), StandardOpenOption.CREATE_NEW);
    } catch (IOException e) {
      IOException failure = FullDiskException.named(terminal.workingDirectory(), e);
      if (failure instanceof FullDiskException) {
        Files.deleteIfExists(file); // It would be in the way of the next attempt.
      }
      throw failure;
    }
    terminal.out().println("wrote " + name + ".yaml");
    terminal.out().println("next: emt build " + name + ".yaml, then emt run");
    terminal
        .out()
        .println("its ssh key is an example: put your own there, to get in over the network");
    return ExitCode.OK.value();
  }

  private static String starter() throws IOException {
    try (InputStream in = InitCommand.class.getResourceAsStream("starter.yaml")) {
      if (in == null) {
        throw new IllegalStateException("starter.yaml is part of the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
