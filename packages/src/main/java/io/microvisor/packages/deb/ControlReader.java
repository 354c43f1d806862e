package io.microvisor.packages.deb;

import io.microvisor.bytes.FormatException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/// Reads a deb822 file of any length stanza by stanza, in little memory.
///
/// Not for several threads.
public final class ControlReader implements Closeable {
  /// No stanza may be longer, in bytes; the longest of Debian's indexes is under 200 kB.
  static final int LONGEST_STANZA = 8 << 20;

  private final InputStream stream;
  private final TextPool pool = new TextPool();
  private byte[] buffer = new byte[1 << 17];
  private int from;
  private int to;
  private boolean atEnd;
  private long position;
  private int line = 1;

  /// A reader of what is left of `stream`, which it closes when it is closed.
  public ControlReader(InputStream stream) {
    this.stream = stream;
  }

  /// The text of a stanza, not yet understood: what is wrong in one need not concern the next.
  public final class Raw {
    private final byte[] bytes;
    private final long position;
    private final int line;

    private Raw(byte[] bytes, long position, int line) {
      this.bytes = bytes;
      this.position = position;
      this.line = line;
    }

    /// The stanza; nothing where there are only comments.
    ///
    /// @throws FormatException if it breaks the syntax
    public Optional<ControlStanza> stanza() throws FormatException {
      return ControlStanza.read(bytes, position, line, pool);
    }
  }

  /// The next stanza, or nothing at the end.
  ///
  /// @throws FormatException if it breaks the syntax or is longer than 8 MiB
  public Optional<ControlStanza> next() throws IOException {
    for (Optional<Raw> raw = raw(); raw.isPresent(); raw = raw()) {
      Optional<ControlStanza> stanza = raw.get().stanza();
      if (stanza.isPresent()) {
        return stanza;
      }
    }
    return Optional.empty();
  }

  /// The text of the next stanza, or nothing at the end.
  ///
  /// @throws FormatException if it is longer than 8 MiB
  public Optional<Raw> raw() throws IOException {
    while (true) {
      int end = stanzaEnd(buffer, from, to);
      if (end < 0 && !atEnd) {
        fill();
        continue;
      }
      if (end < 0) {
        end = to;
      }
      if (end == from) {
        return Optional.empty();
      }
      byte[] own = Arrays.copyOfRange(buffer, from, end);
      Raw raw = new Raw(own, position, line);
      line += lines(own);
      position += own.length;
      from = end;
      return Optional.of(raw);
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }

  private void fill() throws IOException {
    if (from > 0) {
      System.arraycopy(buffer, from, buffer, 0, to - from);
      to -= from;
      from = 0;
    }
    if (to == buffer.length) {
      if (to >= LONGEST_STANZA) {
        throw FormatException.damaged(
            ControlStanza.FORMAT,
            position,
            "line " + line + ": a stanza of more than " + LONGEST_STANZA + " bytes");
      }
      buffer = Arrays.copyOf(buffer, 2 * to);
    }
    int read = stream.read(buffer, to, buffer.length - to);
    if (read < 0) {
      atEnd = true;
    } else {
      to += read;
    }
  }

  /// Where the stanza that begins at `from` is over: behind the first line of white space only, or -1.
  static int stanzaEnd(byte[] bytes, int from, int to) {
    for (int at = from; at < to; at++) {
      if (bytes[at] != '\n') {
        continue;
      }
      int i = at + 1;
      while (i < to && (bytes[i] == ' ' || bytes[i] == '\t' || bytes[i] == '\r')) {
        i++;
      }
      if (i < to && bytes[i] == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  static int lines(byte[] bytes) {
    int lines = 0;
    for (byte b : bytes) {
      if (b == '\n') {
        lines++;
      }
    }
    return lines;
  }
}
