package io.microvisor.sandbox;

import io.microvisor.bytes.ByteSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/// What a command says, line by line: handed on at once, and the end of it remembered.
final class Transcript {
  private static final int MOST_LINES = 400;
  private static final int LONGEST_LINE = 4096;

  private final Consumer<String> listener;
  private final ByteSize most;
  private final ArrayDeque<String> tail = new ArrayDeque<>();

  Transcript(Consumer<String> listener, ByteSize most) {
    this.listener = listener;
    this.most = most;
  }

  /// Reads lines until the stream ends. Longer ones than 4096 characters come in pieces.
  ///
  /// @throws OverLimitException if there is more than the most that was agreed
  void follow(InputStream stream) throws IOException {
    long left = most.bytes();
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    StringBuilder line = new StringBuilder();
    for (int c; (c = reader.read()) >= 0; ) {
      if (left-- == 0) {
        throw new OverLimitException("says more than " + most, "an end of it");
      }
      if (c == '\n' || line.length() == LONGEST_LINE) {
        add(line);
      }
      if (c != '\n') {
        line.append((char) c);
      }
    }
    if (!line.isEmpty()) {
      add(line);
    }
  }

  private void add(StringBuilder line) {
    String text = line.toString();
    line.setLength(0);
    synchronized (tail) {
      tail.addLast(text);
      if (tail.size() > MOST_LINES) {
        tail.removeFirst();
      }
    }
    listener.accept(text);
  }

  /// The last 400 lines.
  List<String> tail() {
    synchronized (tail) {
      return List.copyOf(tail);
    }
  }
}
