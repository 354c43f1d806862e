package io.microvisor.packages.fetch;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.files.FullDiskException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/// A cache on a web server, as Bazel's HTTP cache (bazel.build/remote/caching), and any server with WebDAV's PUT, speaks
/// it.
///
/// | below the base address | what | asked with |
/// |---|---|---|
/// | `ac/<64 hex digits>` | a small result by the key of what determines it | GET, PUT |
/// | `cas/<64 hex digits>` | a content by its SHA-256 | GET, HEAD, PUT |
///
/// What comes from there is as the server sends it: a content's digest, and whether an entry makes sense, is looked at by
/// who asked. Sizes are watched here. What the network does, and every refusal, is an [IOException] with the reason.
public final class HttpCache implements Closeable {
  /// For asking, while a build waits for the answer: it can always do the work itself. A transfer that takes longer than
  /// ten seconds must bring 256 KiB a second.
  public static final Limits FOR_ASKING = limits(Duration.ofSeconds(10));

  /// For telling, while nobody waits and the build takes all there is of this machine.
  public static final Limits FOR_TELLING = limits(Duration.ofMinutes(1));

  private static Limits limits(Duration patience) {
    return new Limits(6, 2, Duration.ZERO, Duration.ZERO, patience, patience, 256 << 10);
  }

  private final URI base;
  private final Limits limits;
  private final Transport transport;
  private final Semaphore connections;

  /// A content that has another size than it should.
  public static final class WrongSizeException extends IOException {
    private static final long serialVersionUID = 1;

    WrongSizeException(String message) {
      super(message);
    }
  }

  /// Takes a content piece by piece.
  @FunctionalInterface
  public interface Receiver {
    /// Takes all remaining bytes.
    void write(ByteBuffer bytes) throws IOException;
  }

  /// @param base the address that `ac/` and `cas/` are below, with or without a slash at its end; may hold a login
  public HttpCache(URI base, Network network) {
    this.base = below(base);
    this.limits = network.limits();
    this.transport = new Transport(network);
    this.connections = new Semaphore(limits.connectionsPerHost(), true);
  }

  /// The base address; may hold a login.
  public URI address() {
    return base;
  }

  /// The base address, without the login that may be in it.
  @Override
  public String toString() {
    return Addresses.shown(base);
  }

  /// What a cache at this address calls itself.
  public static String shown(URI address) {
    return Addresses.shown(below(address));
  }

  private static URI below(URI address) {
    return address.toString().endsWith("/") ? address : URI.create(address + "/");
  }

  /// The value under a key, if there is one.
  ///
  /// @throws WrongSizeException if it is longer than `limit` bytes
  public Optional<byte[]> action(Digest key, int limit) throws IOException, InterruptedException {
    return asked(() -> {
      ByteArrayOutputStream value = new ByteArrayOutputStream();
      Receiver bounded =
          piece -> {
            if (piece.remaining() > limit - value.size()) {
              throw new WrongSizeException("it is longer than " + limit + " bytes");
            }
            byte[] bytes = new byte[piece.remaining()];
            piece.get(bytes);
            value.writeBytes(bytes);
          };
      return get(address("ac", key), bounded) ? Optional.of(value.toByteArray()) : Optional.empty();
    });
  }

  /// Whether there is a content of this digest.
  public boolean hasContent(Digest digest) throws IOException, InterruptedException {
    return asked(() -> has(address("cas", digest)));
  }

  /// Gets a content; its digest is for the receiver to check. Tried once: what was received cannot be taken back.
  ///
  /// @return whether it is there
  /// @throws WrongSizeException if it is not `size` bytes long
  public boolean content(Digest digest, long size, Receiver receiver)
      throws IOException, InterruptedException {
    connections.acquire();
    try {
      long[] left = {size};
      boolean there =
          get(
              address("cas", digest),
              piece -> {
                left[0] -= piece.remaining();
                if (left[0] < 0) {
                  throw wrong(digest, "longer", size);
                }
                receiver.write(piece);
              });
      if (there && left[0] > 0) {
        throw wrong(digest, "shorter", size);
      }
      return there;
    } finally {
      connections.release();
    }
  }

  private static WrongSizeException wrong(Digest digest, String how, long size) {
    return new WrongSizeException(
        "content " + digest + " is " + how + " there (expected: " + size + " bytes)");
  }

  /// Puts a value under a key.
  public void putAction(Digest key, byte[] value) throws IOException, InterruptedException {
    put(address("ac", key), ByteSource.of(value));
  }

  /// Puts a content where its digest finds it.
  public void putContent(Digest digest, ByteSource content)
      throws IOException, InterruptedException {
    put(address("cas", digest), content);
  }

  private URI address(String folder, Digest digest) {
    return base.resolve(folder + "/" + digest.hex());
  }

  private boolean has(URI address) throws IOException, InterruptedException {
    Transport.Answer answer = transport.head(address);
    answer.body().close();
    return there(answer);
  }

  private boolean get(URI address, Receiver receiver) throws IOException, InterruptedException {
    Transport.Answer answer = transport.get(address, Map.of());
    try (TimedBody body = answer.body()) {
      if (!there(answer)) {
        return false;
      }
      List<ByteBuffer> buffers = body.next();
      for (; !buffers.isEmpty(); buffers = body.next()) {
        for (ByteBuffer buffer : buffers) {
          receiver.write(buffer);
        }
      }
      return true;
    }
  }

  private boolean there(Transport.Answer answer) throws IOException {
    return switch (answer.status()) {
      case 200, 204 -> true;
      case 404, 410 -> false;
      default -> throw refused(answer.status(), answer.headers());
    };
  }

  private void put(URI address, ByteSource content) throws IOException, InterruptedException {
    asked(() -> {
      HttpResponse<Void> response = transport.put(address, content);
      if (response.statusCode() / 100 != 2) {
        throw refused(response.statusCode(), response.headers());
      }
      return true;
    });
  }

  private RefusedException refused(int status, HttpHeaders headers) {
    return new RefusedException(
        switch (Refusal.status(status, headers, limits)) {
          case Attempt.Again(String reason, Duration _) -> reason;
          case Attempt.Never(String reason) -> reason;
          case Attempt.Anew _, Attempt.Done _ -> throw new IllegalStateException("a status");
        });
  }

  /// An answer that asking again at once would not change.
  private static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    RefusedException(String message) {
      super(message);
    }
  }

  /// Work that may block on the network.
  @FunctionalInterface
  private interface Work<T> {
    T run() throws IOException, InterruptedException;
  }

  /// Does it as often as the limits say if the connection breaks; a server that is slow is slow the next time, too.
  private <T> T asked(Work<T> work) throws IOException, InterruptedException {
    connections.acquire();
    try {
      for (int attempt = 1; ; attempt++) {
        try {
          return work.run();
        } catch (WrongSizeException
            | RefusedException
            | HttpTimeoutException
            | FullDiskException
            | Transport.FinalException e) {
          throw e;
        } catch (IOException e) {
          if (attempt >= limits.attempts()) {
            throw e;
          }
        }
      }
    } finally {
      connections.release();
    }
  }

  /// Why a request failed, in words.
  public static String reason(IOException e) {
    return switch (Refusal.failure(e)) {
      case Attempt.Again(String reason, Duration _) -> reason;
      case Attempt.Never(String reason) -> reason;
      case Attempt.Anew _, Attempt.Done _ -> throw new IllegalStateException("no failure", e);
    };
  }

  /// Gives up whatever is still running.
  @Override
  public void close() {
    transport.close();
  }
}
