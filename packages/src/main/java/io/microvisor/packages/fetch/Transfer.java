package io.microvisor.packages.fetch;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.store.Partial;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One attempt to fetch one file from one address into a partial file, from where an earlier attempt stopped.
final class Transfer {
  private static final int BUFFER = 1 << 16;
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/.*");

  private final Transport transport;
  private final Download download;
  private final URI address;
  private final Partial partial;
  private final Consumer<DownloadEvent> listener;

  Transfer(
      Transport transport,
      Download download,
      URI address,
      Partial partial,
      Consumer<DownloadEvent> listener) {
    this.transport = transport;
    this.download = download;
    this.address = address;
    this.partial = partial;
    this.listener = listener;
  }

  /// Makes the attempt.
  ///
  /// @throws IOException if the store cannot be written; what the network does is in the outcome
  Outcome run() throws IOException, InterruptedException {
    if (partial.size() > download.size()) {
      Files.delete(partial.path());
    }
    long have = partial.size();
    if (have == download.size() && have > 0) {
      return commit(Digest.sha256(ByteSource.of(partial.path())), have);
    }
    return switch (String.valueOf(address.getScheme())) {
      case "http", "https" -> overHttp(have);
      case "file" -> fromFile();
      case String other ->
          new Outcome.Never("scheme " + other + " (expected: http, https or file)");
    };
  }

  private Outcome overHttp(long have) throws IOException, InterruptedException {
    Map<String, String> headers = have > 0 ? Map.of("Range", "bytes=" + have + "-") : Map.of();
    HttpResponse<TimedBody> response;
    try {
      response = transport.get(address, headers);
    } catch (Transport.RedirectException e) {
      return new Outcome.Never(String.valueOf(e.getMessage()));
    } catch (IOException | IllegalArgumentException e) {
      return new Outcome.Again(describe(e));
    }
    try (TimedBody body = response.body()) {
      int status = response.statusCode();
      if (status == 416 || status == 206 && !continuesAt(response, have)) {
        Files.deleteIfExists(partial.path());
        return new Outcome.Again("the server does not continue where we stopped");
      }
      if (status != 200 && status != 206) {
        return refused(status);
      }
      long start = status == 206 ? have : 0;
      long announced = response.headers().firstValueAsLong("Content-Length").orElse(-1);
      if (announced >= 0 && start + announced != download.size()) {
        return new Outcome.Never(
            "the file has %d bytes there (expected: %d)"
                .formatted(start + announced, download.size()));
      }
      return receive(body::next, start);
    }
  }

  /// Where pieces come from; an empty list is the end.
  @FunctionalInterface
  private interface Pieces {
    List<ByteBuffer> next() throws IOException, InterruptedException;
  }

  private Outcome receive(Pieces pieces, long start) throws IOException, InterruptedException {
    listener.accept(new DownloadEvent.Started(download, address, start));
    MessageDigest hasher = Digest.hasher();
    long at = start;
    try (FileChannel file =
        FileChannel.open(
            partial.path(),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      file.truncate(start);
      hash(file, start, hasher);
      while (true) {
        List<ByteBuffer> buffers;
        try {
          buffers = pieces.next();
        } catch (IOException e) {
          return new Outcome.Again(
              "%s, after %d of %d bytes".formatted(describe(e), at, download.size()));
        }
        if (buffers.isEmpty()) {
          break;
        }
        long before = at;
        for (ByteBuffer buffer : buffers) {
          if (buffer.remaining() > download.size() - at) {
            file.truncate(0);
            return new Outcome.Never(
                "the server sends more than the file's %d bytes".formatted(download.size()));
          }
          hasher.update(buffer.duplicate());
          while (buffer.hasRemaining()) {
            at += file.write(buffer, at);
          }
        }
        listener.accept(new DownloadEvent.Advanced(download, at - before));
      }
    }
    if (at < download.size()) {
      return new Outcome.Again("cut off after %d of %d bytes".formatted(at, download.size()));
    }
    return commit(Digest.of(hasher.digest()), start);
  }

  private static void hash(FileChannel file, long size, MessageDigest hasher) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    for (long at = 0; at < size; ) {
      buffer.clear().limit((int) Math.min(BUFFER, size - at));
      int read = file.read(buffer, at);
      if (read < 0) {
        throw new IOException("partial download: it shrank while it was read");
      }
      hasher.update(buffer.flip());
      at += read;
    }
  }

  private Outcome commit(Digest found, long resumedAt) throws IOException {
    if (found.equals(download.digest())) {
      return new Outcome.Done(partial.commit());
    }
    Files.deleteIfExists(partial.path());
    String what =
        "its digest is " + found + " (expected: " + download.digest() + "); wrong or altered file";
    return resumedAt > 0 ? new Outcome.Again(what) : new Outcome.Never(what);
  }

  private Outcome fromFile() throws IOException, InterruptedException {
    Path source;
    try {
      source = Path.of(address);
    } catch (IllegalArgumentException e) {
      return new Outcome.Never("no path of this machine: " + e.getMessage());
    }
    if (Files.isDirectory(source)) {
      return new Outcome.Never("it is a folder (expected: a file)");
    }
    try (InputStream in = Files.newInputStream(source)) {
      byte[] buffer = new byte[BUFFER];
      return receive(
          () -> {
            int read = in.read(buffer);
            return read < 0 ? List.of() : List.of(ByteBuffer.wrap(buffer, 0, read));
          },
          0);
    } catch (NoSuchFileException _) {
      return new Outcome.Never("no such file");
    }
  }

  private static boolean continuesAt(HttpResponse<?> response, long have) {
    Matcher range =
        CONTENT_RANGE.matcher(response.headers().firstValue("Content-Range").orElse(""));
    return range.matches() && Long.parseLong(range.group(1)) == have;
  }

  static Outcome refused(int status) {
    String reason = "the server answers " + status + meaning(status);
    boolean passing = status == 408 || status == 425 || status == 429 || status >= 500;
    return passing ? new Outcome.Again(reason) : new Outcome.Never(reason);
  }

  private static String meaning(int status) {
    return switch (status) {
      case 401, 407 -> ", it wants a login";
      case 403 -> ", forbidden";
      case 404, 410 -> ", not found";
      case 429 -> ", too many requests";
      default -> status >= 500 ? ", an error of its own" : "";
    };
  }

  static String describe(Exception e) {
    return switch (e) {
      case HttpConnectTimeoutException _ -> "no connection in time";
      case HttpTimeoutException timeout -> String.valueOf(timeout.getMessage());
      case ConnectException _ -> "no connection: " + root(e);
      default -> root(e);
    };
  }

  private static String root(Throwable e) {
    Throwable at = e;
    while (at.getCause() != null && at.getMessage() == null) {
      at = at.getCause();
    }
    return at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
  }
}
