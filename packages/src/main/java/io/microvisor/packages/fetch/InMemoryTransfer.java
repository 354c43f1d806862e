package io.microvisor.packages.fetch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One attempt to fetch a small file of unknown digest into memory.
final class InMemoryTransfer {
  private final Transport transport;
  private final Limits limits;
  private final URI address;
  private final int limit;
  private final Validators known;

  InMemoryTransfer(Transport transport, Limits limits, URI address, int limit, Validators known) {
    this.transport = transport;
    this.limits = limits;
    this.address = address;
    this.limit = limit;
    this.known = known;
  }

  /// An attempt that brought no answer.
  static final class FailedException extends IOException {
    private static final long serialVersionUID = 1;
    private final boolean passing;
    private final transient Duration pause;

    FailedException(String reason, boolean passing, Duration pause) {
      super(reason);
      this.passing = passing;
      this.pause = pause;
    }

    FailedException(String reason, boolean passing) {
      this(reason, passing, Duration.ZERO);
    }

    /// Whether time may heal it.
    boolean isPassing() {
      return passing;
    }

    /// How long the server asks to be left alone, zero if it does not.
    Duration pause() {
      return pause;
    }
  }

  /// Makes the attempt.
  ///
  /// @throws FailedException if there is no answer
  Small run() throws FailedException, InterruptedException {
    try {
      return answer();
    } catch (FailedException e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      throw broken(Refusal.failure(e));
    }
  }

  private Small answer() throws IOException, InterruptedException {
    return switch (String.valueOf(address.getScheme())) {
      case "http", "https" -> overHttp();
      case "file" -> fromFile();
      case String other ->
          throw new FailedException("scheme " + other + " (expected: http, https or file)", false);
    };
  }

  private Small overHttp() throws IOException, InterruptedException {
    Transport.Answer answer = transport.get(address, conditions());
    try (TimedBody body = answer.body()) {
      return switch (answer.status()) {
        case 200 -> fresh(answer, body);
        case 304 -> new Small.Unchanged();
        case 404, 410 -> new Small.Absent("not found there");
        default -> throw broken(Refusal.status(answer.status(), answer.headers(), limits));
      };
    }
  }

  private static FailedException broken(Attempt outcome) {
    return switch (outcome) {
      case Attempt.Again(String reason, Duration pause) -> new FailedException(reason, true, pause);
      case Attempt.Never(String reason) -> new FailedException(reason, false);
      case Attempt.Anew(String reason) -> throw new IllegalStateException(reason);
      case Attempt.Done(Path path) -> throw new IllegalStateException("done: " + path);
    };
  }

  private Map<String, String> conditions() {
    Map<String, String> headers = new LinkedHashMap<>();
    if (!known.etag().isEmpty()) {
      headers.put("If-None-Match", known.etag());
    }
    if (!known.lastModified().isEmpty()) {
      headers.put("If-Modified-Since", known.lastModified());
    }
    return headers;
  }

  private Small fresh(Transport.Answer answer, TimedBody body)
      throws IOException, InterruptedException {
    long announced = answer.headers().firstValueAsLong("Content-Length").orElse(-1);
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    List<ByteBuffer> buffers = body.next();
    for (; !buffers.isEmpty(); buffers = body.next()) {
      for (ByteBuffer buffer : buffers) {
        if (buffer.remaining() > limit - content.size()) {
          throw tooLong();
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        content.writeBytes(bytes);
      }
    }
    if (announced >= 0 && content.size() < announced) {
      throw new FailedException(
          "cut off after %d of %d bytes".formatted(content.size(), announced), true);
    }
    return new Small.Fresh(
        content.toByteArray(),
        new Validators(
            answer.headers().firstValue("ETag").orElse(""),
            answer.headers().firstValue("Last-Modified").orElse("")));
  }

  private Small fromFile() throws FailedException {
    try (InputStream in = Files.newInputStream(Path.of(address))) {
      byte[] content = in.readNBytes(limit + 1);
      if (content.length > limit) {
        throw tooLong();
      }
      return new Small.Fresh(content, Validators.NONE);
    } catch (NoSuchFileException _) {
      return new Small.Absent("no such file");
    } catch (FailedException e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      throw new FailedException(Refusal.describe(e), false);
    }
  }

  private FailedException tooLong() {
    return new FailedException("it is longer than " + limit + " bytes", false);
  }
}
