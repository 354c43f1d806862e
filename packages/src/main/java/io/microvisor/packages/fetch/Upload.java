package io.microvisor.packages.fetch;

import io.microvisor.bytes.ByteSource;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/// One PUT, which takes as long as it likes while it gets on, and is given up when it does not.
///
/// The client's own timeout covers the time until an answer comes, and with it all of the body, however long that is.
final class Upload {
  private final ByteSource content;
  private final Duration stall;
  private final AtomicLong taken = new AtomicLong();

  Upload(ByteSource content, Duration stall) {
    this.content = content;
    this.stall = stall;
  }

  HttpResponse<Void> run(HttpClient client, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<Void>> answer =
        client.sendAsync(request.PUT(body()).build(), HttpResponse.BodyHandlers.discarding());
    try {
      while (true) {
        long before = taken.get();
        try {
          return answer.get(stall.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
          if (taken.get() == before) {
            throw new HttpTimeoutException(
                "nothing was taken and no answer came for " + TimedBody.seconds(stall));
          }
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io
          ? io
          : new IOException("uploading: " + e.getCause(), e);
    } finally {
      answer.cancel(true); // Nothing to cancel, if it came.
    }
  }

  private BodyPublisher body() {
    return content.size() == 0
        ? BodyPublishers.noBody()
        : BodyPublishers.fromPublisher(
            BodyPublishers.ofInputStream(() -> new Counted(content.stream())), content.size());
  }

  private final class Counted extends FilterInputStream {
    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      taken.addAndGet(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = super.read(into, offset, length);
      taken.addAndGet(Math.max(read, 0));
      return read;
    }
  }
}
