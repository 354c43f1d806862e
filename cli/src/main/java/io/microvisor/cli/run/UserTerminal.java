package io.microvisor.cli.run;

import io.microvisor.cli.terminal.Terminal;
import java.io.Closeable;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The user's own terminal, lent to a guest: a serial line tells a guest neither what kind of terminal is at its other end nor
/// how large it is, and whatever changes the terminal's mode may be killed before it changes it back.
final class UserTerminal implements Closeable {
  /// QEMU's first serial port.
  private static final String CONSOLE = "ttyS0";

  /// What guests know without further packages (Debian's `ncurses-base`).
  private static final Set<String> KNOWN =
      Set.of(
          "linux",
          "rxvt",
          "screen",
          "screen-256color",
          "tmux",
          "tmux-256color",
          "vt100",
          "vt220",
          "xterm",
          "xterm-256color");

  /// What most terminals that are named after themselves understand.
  private static final String LIKELY = "xterm-256color";

  private final String kind;
  private final Optional<String> mode;

  private UserTerminal(String kind, Optional<String> mode) {
    this.kind = kind;
    this.mode = mode;
  }

  /// The terminal on our standard input, if it is one.
  static UserTerminal of(Terminal terminal) throws InterruptedException {
    return new UserTerminal(terminal.variable("TERM").orElse("dumb"), stty("-g"));
  }

  /// A name of its kind that guests know.
  String kind() {
    return kind.equals("dumb") || KNOWN.contains(kind) ? kind : LIKELY;
  }

  /// What tells a guest's systemd kind and size (kernel-command-line(7), `systemd.tty.*`); nothing where there is no terminal.
  List<String> kernelParameters() throws InterruptedException {
    List<String> parameters = new ArrayList<>();
    if (mode.isPresent()) {
      parameters.add("systemd.tty.term." + CONSOLE + "=" + kind());
      Optional<String> size =
          stty("size").filter(text -> text.matches("[1-9]\\d{0,3} [1-9]\\d{0,3}"));
      if (size.isPresent()) {
        String[] numbers = size.get().split(" ", -1);
        parameters.add("systemd.tty.rows." + CONSOLE + "=" + numbers[0]);
        parameters.add("systemd.tty.columns." + CONSOLE + "=" + numbers[1]);
      }
    }
    return parameters;
  }

  /// Puts the terminal back into the mode it was in.
  @Override
  public void close() {
    if (mode.isPresent()) {
      boolean interrupted = Thread.interrupted();
      try {
        Optional<String> _ = stty(mode.get());
      } catch (InterruptedException _) {
        interrupted = true;
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// What stty(1) says of the terminal; empty if there is none.
  private static Optional<String> stty(String argument) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder("stty", argument)
              .redirectInput(Redirect.INHERIT)
              .redirectError(Redirect.DISCARD)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? Optional.of(said.strip()) : Optional.empty();
    } catch (IOException _) {
      return Optional.empty(); // No such program: the guest takes its defaults.
    }
  }
}
