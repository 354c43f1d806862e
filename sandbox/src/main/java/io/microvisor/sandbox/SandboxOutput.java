package io.microvisor.sandbox;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tar.TarReader;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What comes out of a sandbox: see script.sh.
///
/// @param exit the command's exit status
/// @param delta what it did to the tree
record SandboxOutput(int exit, TreeDelta delta) {
  private static final Pattern FIRST_LINE = Pattern.compile("emt-sandbox 1 (\\d{1,3}) (\\d{1,9})");
  private static final int LONGEST_LINE = 64;
  private static final int LARGEST_LIST = 256 << 20;

  /// Reads it to its end.
  ///
  /// @param largest the most bytes the files may have that come out: a sparse one takes little room inside
  /// @throws FormatException if it is something else, or damaged
  /// @throws OverLimitException if it is larger
  static SandboxOutput read(InputStream stdout, ByteSize largest, ContentSink created)
      throws IOException {
    BufferedInputStream stream = new BufferedInputStream(stdout, 1 << 16);
    String line = firstLine(stream);
    Matcher words = FIRST_LINE.matcher(line);
    if (!words.matches()) {
      throw FormatException.notThis("sandbox result", "the sandbox ended before its command did");
    }
    int size = Integer.parseInt(words.group(2));
    if (size > LARGEST_LIST) {
      throw FormatException.damaged(
          "sandbox result", line.length(), "a list of " + size + " bytes");
    }
    byte[] list = stream.readNBytes(size);
    if (list.length < size) {
      throw FormatException.damaged("sandbox result", line.length() + list.length, "cut off");
    }
    TreeDelta delta =
        new TreeDelta(TarReader.read(new Bounded(stream, largest), created), PathList.parse(list));
    return new SandboxOutput(Integer.parseInt(words.group(1)), delta);
  }

  private static String firstLine(InputStream stream) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c; (c = stream.read()) >= 0 && c != '\n' && line.size() < LONGEST_LINE; ) {
      line.write(c);
    }
    return line.toString(StandardCharsets.US_ASCII);
  }

  /// A stream that ends in an exception where too much has come.
  private static final class Bounded extends FilterInputStream {
    private final ByteSize most;
    private long left;

    Bounded(InputStream in, ByteSize most) {
      super(in);
      this.most = most;
      this.left = most.bytes();
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      take(value < 0 ? 0 : 1);
      return value;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      int count = super.read(into, from, length);
      take(Math.max(0, count));
      return count;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = super.skip(count);
      take(skipped);
      return skipped;
    }

    private void take(long count) throws OverLimitException {
      left -= count;
      if (left < 0) {
        throw new OverLimitException("leaves files of more than " + most, "less");
      }
    }
  }
}
