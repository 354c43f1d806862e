package io.microvisor.packages.fetch;

import java.io.Closeable;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A response body that is pulled, piece by piece, and does not wait for ever.
///
/// Until when: JDK 25's client times out the wait for headers only. Its successor's request timeout covers the body,
/// but not a server that sends a byte a second.
final class TimedBody implements BodySubscriber<TimedBody>, Closeable {
  private sealed interface Item {
    record Piece(List<ByteBuffer> buffers) implements Item {}

    record End() implements Item {}

    record Broken(Throwable cause) implements Item {}
  }

  /// How many pieces may wait for us: with one, the connection would stand still whenever we write.
  private static final int AHEAD = 4;

  private final LinkedBlockingQueue<Item> items = new LinkedBlockingQueue<>();
  private final Duration stall;
  private final long leastRate;
  private Flow.@Nullable Subscription subscription;
  private boolean closed;
  private long windowStart;
  private long windowBytes;

  TimedBody(Duration stall, long leastRate) {
    this.stall = stall;
    this.leastRate = leastRate;
    this.windowStart = System.nanoTime();
  }

  /// The next bytes; an empty list at the end.
  ///
  /// @throws HttpTimeoutException if nothing, or too little, came for too long
  List<ByteBuffer> next() throws IOException, InterruptedException {
    Item item = items.poll(stall.toNanos(), TimeUnit.NANOSECONDS);
    return switch (item) {
      case null -> {
        close();
        throw new HttpTimeoutException("nothing came for " + seconds(stall));
      }
      case Item.Piece(List<ByteBuffer> buffers) -> {
        request();
        checkRate(buffers.stream().mapToLong(ByteBuffer::remaining).sum());
        yield buffers;
      }
      case Item.End() -> {
        items.add(item);
        yield List.of();
      }
      case Item.Broken(Throwable cause) ->
          throw new IOException("the connection broke: " + cause.getMessage(), cause);
    };
  }

  private void checkRate(long bytes) throws HttpTimeoutException {
    windowBytes += bytes;
    long now = System.nanoTime();
    long elapsed = now - windowStart;
    if (elapsed < stall.toNanos()) {
      return;
    }
    double rate = windowBytes * 1e9 / elapsed;
    if (rate < leastRate) {
      close();
      throw new HttpTimeoutException(
          "only %d bytes came in %s (expected: at least %d bytes a second)"
              .formatted(windowBytes, seconds(stall), leastRate));
    }
    windowStart = now;
    windowBytes = 0;
  }

  static String seconds(Duration duration) {
    return duration.toMillis() / 1000.0 + " s";
  }

  private synchronized void request() {
    if (subscription != null && !closed) {
      subscription.request(1);
    }
  }

  @Override
  public CompletionStage<TimedBody> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public synchronized void onSubscribe(Flow.Subscription offered) {
    if (closed) {
      offered.cancel();
    } else {
      subscription = offered;
      offered.request(AHEAD);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    items.add(new Item.Piece(buffers));
  }

  @Override
  public void onError(Throwable cause) {
    items.add(new Item.Broken(cause));
  }

  @Override
  public void onComplete() {
    items.add(new Item.End());
  }

  /// Lets go of the connection if the body has not come to its end.
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      if (subscription != null) {
        subscription.cancel();
      }
    }
  }
}
