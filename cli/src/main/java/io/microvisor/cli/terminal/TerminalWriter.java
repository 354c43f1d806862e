package io.microvisor.cli.terminal;

import io.microvisor.bytes.Logins;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/// What all commands print through.
///
/// Much of what they print was written by others: names of packages and files, answers of servers, lines of a guest's console. So
/// whatever comes here is made harmless, and no command has to think of it: control characters and invisible marks are
/// written as their numbers ([Printable]), and addresses lose their logins ([Logins]).
public final class TerminalWriter extends PrintWriter {
  private final Writer target;

  /// @param flushing whether each line is written at once
  TerminalWriter(Writer target, boolean flushing) {
    super(new Harmless(target), flushing);
    this.target = target;
  }

  /// One that writes UTF-8.
  public static TerminalWriter of(OutputStream stream, boolean flushing) {
    return new TerminalWriter(
        new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8)), flushing);
  }

  /// The same place for texts that nobody else has a part in, which may move the cursor and have colours: help, the live region
  /// of [Progress].
  public PrintWriter own() {
    return new PrintWriter(target);
  }

  /// Changes each text on its way. One that is printed in pieces is seen in pieces.
  private static final class Harmless extends Writer {
    private final Writer target;

    Harmless(Writer target) {
      this.target = target;
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
      target.write(Printable.lines(Logins.hidden(new String(text, offset, length))));
    }

    @Override
    public void flush() throws IOException {
      target.flush();
    }

    @Override
    public void close() throws IOException {
      target.close();
    }
  }
}
