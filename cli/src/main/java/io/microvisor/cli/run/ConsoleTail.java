package io.microvisor.cli.run;

import io.microvisor.cli.terminal.Printable;
import io.microvisor.machine.Machine;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Reads a machine's console so that it never blocks, and remembers the last lines.
final class ConsoleTail implements Closeable {
  private static final int LINES = 30;

  private final Deque<String> lines = new ArrayDeque<>();
  private final ExecutorService threads;

  private ConsoleTail(ExecutorService threads) {
    this.threads = threads;
  }

  static ConsoleTail of(Machine machine) {
    ConsoleTail tail = new ConsoleTail(Executors.newVirtualThreadPerTaskExecutor());
    tail.threads.execute(() -> tail.read(machine.console()));
    tail.threads.execute(() -> tail.read(machine.complaints()));
    return tail;
  }

  private void read(InputStream stream) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line; (line = reader.readLine()) != null; ) {
        add(line);
      }
    } catch (IOException _) {
      // The machine ended.
    }
  }

  private synchronized void add(String line) {
    lines.addLast(Printable.withoutSequences(line));
    if (lines.size() > LINES) {
      lines.removeFirst();
    }
  }

  /// The last line that says something.
  synchronized String lastLine() {
    return lines.reversed().stream()
        .map(line -> line.replaceAll("[^\\x20-\\x7e]", "").strip())
        .filter(line -> !line.isEmpty())
        .findFirst()
        .orElse("nothing on the console yet");
  }

  /// The last lines, indented.
  synchronized String text() {
    return "  " + String.join("\n  ", lines);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
