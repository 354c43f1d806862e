package io.microvisor.packages.fetch;

import io.microvisor.bytes.Digest;
import io.microvisor.store.Partial;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One attempt to fetch one file from one address into a partial file, from where an earlier attempt stopped.
final class Transfer {
  private static final int BUFFER = 1 << 16;
  private static final long UNSAID = -1;

  private final Transport transport;
  private final Limits limits;
  private final Download download;
  private final URI address;
  private final Partial partial;
  private final Consumer<DownloadEvent> listener;

  Transfer(
      Transport transport,
      Limits limits,
      Download download,
      URI address,
      Partial partial,
      Consumer<DownloadEvent> listener) {
    this.transport = transport;
    this.limits = limits;
    this.download = download;
    this.address = address;
    this.partial = partial;
    this.listener = listener;
  }

  /// Makes the attempt.
  ///
  /// @throws IOException if the store cannot be written; what the network does is in the outcome
  Attempt run() throws IOException, InterruptedException {
    if (partial.size() > download.size()) {
      partial.keep(0);
    }
    long have = partial.size();
    if (have == download.size() && have > 0) {
      return commit(have, "");
    }
    return switch (String.valueOf(address.getScheme())) {
      case "http", "https" -> overHttp(have);
      case "file" -> fromFile();
      case String other ->
          new Attempt.Never("scheme " + other + " (expected: http, https or file)");
    };
  }

  private Attempt overHttp(long have) throws IOException, InterruptedException {
    Map<String, String> headers = have > 0 ? Map.of("Range", "bytes=" + have + "-") : Map.of();
    Transport.Answer answer;
    try {
      answer = transport.get(address, headers);
    } catch (IOException | IllegalArgumentException e) {
      return Refusal.failure(e);
    }
    try (TimedBody body = answer.body()) {
      long announced = answer.headers().firstValueAsLong("Content-Length").orElse(UNSAID);
      return switch (answer.status()) {
        case 200 ->
            announced != UNSAID && announced != download.size()
                ? otherSize(announced)
                : receive(body::next, 0, encoding(answer));
        case 206 -> {
          Range range = Range.of(answer.headers());
          if (range.size() != UNSAID && range.size() != download.size()) {
            yield otherSize(range.size());
          }
          boolean fits = range.start() == have && announced <= download.size() - have;
          yield fits ? receive(body::next, have, encoding(answer)) : anew(have);
        }
        case 416 -> anew(have);
        default -> Refusal.status(answer.status(), answer.headers(), limits);
      };
    }
  }

  private Attempt otherSize(long size) {
    return new Attempt.Never(
        "the file has %d bytes there (expected: %d)".formatted(size, download.size()));
  }

  private Attempt anew(long have) throws IOException {
    partial.keep(0);
    String reason = "the server does not continue where we stopped, at byte " + have;
    return have > 0 ? new Attempt.Anew(reason) : new Attempt.Never(reason);
  }

  /// `Content-Range: bytes <first>-<last>/<size or *>` (RFC 9110, section 14.4); [#UNSAID] where it says nothing.
  private record Range(long start, long size) {
    private static final Pattern FORM =
        Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(?:(\\d{1,18})|\\*)");

    static Range of(HttpHeaders headers) {
      Matcher range = FORM.matcher(headers.firstValue("Content-Range").orElse("").strip());
      if (!range.matches()) {
        return new Range(UNSAID, UNSAID);
      }
      long size = range.group(2) == null ? UNSAID : Long.parseLong(range.group(2));
      return new Range(Long.parseLong(range.group(1)), size);
    }
  }

  /// Where pieces come from; an empty list is the end.
  @FunctionalInterface
  private interface Pieces {
    List<ByteBuffer> next() throws IOException, InterruptedException;
  }

  private Attempt receive(Pieces pieces, long start, String remark)
      throws IOException, InterruptedException {
    listener.accept(new DownloadEvent.Started(download, address, start));
    partial.keep(start);
    long at = start;
    while (true) {
      List<ByteBuffer> buffers;
      try {
        buffers = pieces.next();
      } catch (IOException e) {
        return new Attempt.Again(
            "%s, after %d of %d bytes".formatted(Refusal.describe(e), at, download.size()));
      }
      if (buffers.isEmpty()) {
        break;
      }
      long before = at;
      for (ByteBuffer buffer : buffers) {
        if (buffer.remaining() > download.size() - at) {
          partial.keep(0);
          return new Attempt.Never(
              "the server sends more than the file's %d bytes".formatted(download.size()) + remark);
        }
        at += buffer.remaining();
        partial.write(buffer);
      }
      listener.accept(new DownloadEvent.Advanced(download, at - before));
    }
    if (at < download.size()) {
      return new Attempt.Again(
          "cut off after %d of %d bytes".formatted(at, download.size()) + remark);
    }
    return commit(start, remark);
  }

  private Attempt commit(long resumedAt, String remark) throws IOException {
    Digest found = partial.digest();
    if (found.equals(download.digest())) {
      return new Attempt.Done(partial.commit());
    }
    partial.keep(0);
    String what =
        "its digest is "
            + found
            + " (expected: "
            + download.digest()
            + "); wrong or altered file"
            + remark;
    return resumedAt > 0 ? new Attempt.Anew(what) : new Attempt.Never(what);
  }

  /// Some servers say `gzip` of a file that is one, as it is; so what counts is whether size and digest are right,
  /// and this is a remark for when they are not.
  private static String encoding(Transport.Answer answer) {
    String encoding = answer.headers().firstValue("Content-Encoding").orElse("identity");
    return encoding.equalsIgnoreCase("identity")
        ? ""
        : "; the server encodes it as " + encoding + ", which nobody asked for";
  }

  private Attempt fromFile() throws IOException, InterruptedException {
    Path source;
    try {
      source = Path.of(address);
    } catch (IllegalArgumentException e) {
      return new Attempt.Never("no path of this machine: " + e.getMessage());
    }
    if (Files.isDirectory(source)) {
      return new Attempt.Never("it is a folder (expected: a file)");
    }
    try (InputStream in = Files.newInputStream(source)) {
      byte[] buffer = new byte[BUFFER];
      return receive(
          () -> {
            int read = in.read(buffer);
            return read < 0 ? List.of() : List.of(ByteBuffer.wrap(buffer, 0, read));
          },
          0,
          "");
    } catch (NoSuchFileException _) {
      return new Attempt.Never("no such file");
    }
  }
}
