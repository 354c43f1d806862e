package io.microvisor.packages.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.microvisor.bytes.Digest;
import io.microvisor.store.Store;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two processes at a time that download into one store, again and again.
final class TwoProcessesTest {
  @TempDir Path folder;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;

  /// Counted down when a download is on its way.
  private volatile CountDownLatch asked = new CountDownLatch(1);

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          byte[] content =
              DownloadingProcess.content(
                  Integer.parseInt(exchange.getRequestURI().getPath().substring(1)));
          asked.countDown();
          try (exchange) {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.close();
  }

  private URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  /// A process of our own class path.
  private record Running(Process process, BufferedWriter tasks, BufferedReader answers)
      implements Closeable {
    static Running start() throws IOException {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin/java").toString(),
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-Xmx64m",
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  DownloadingProcess.class.getName())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      return new Running(process, process.outputWriter(), process.inputReader());
    }

    void begin(DownloadingProcess.Task task) {
      try {
        tasks.write(task.line() + "\n");
        tasks.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String answer() throws IOException {
      return String.valueOf(answers.readLine());
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  @Test
  void getTheSameOrOtherFilesAtOnceAndMissNoneWhenOneOfThemIsKilled() throws Exception {
    rounds(5);
  }

  @Test
  @Tag("system")
  void getThemTwentyTimes() throws Exception {
    rounds(20);
  }

  /// In the last of each five one of the processes is killed.
  private void rounds(int rounds) throws Exception {
    Random chance = new Random(7);
    Running one = Running.start();
    Running other = Running.start();
    try {
      for (int round = 0; round < rounds; round++) {
        Path store = folder.resolve("store-" + round);
        boolean same = round % 2 == 0;
        boolean kill = round % 5 == 4;
        asked = new CountDownLatch(1 + chance.nextInt(8));
        one.begin(task(store, 0, chance.nextLong()));
        other.begin(task(store, same ? 0 : DownloadingProcess.FILES / 4, chance.nextLong()));
        if (kill) {
          asked.await();
          other.close();
          other.process().waitFor();
        } else {
          assertThat(other.answer()).as("round %s", round).isEqualTo("done");
        }
        assertThat(one.answer()).as("round %s", round).isEqualTo("done");
        if (kill && round < rounds - 1) {
          other = Running.start();
        }
        isWhole(store);
      }
    } finally {
      one.close();
      other.close();
    }
  }

  private DownloadingProcess.Task task(Path store, int first, long seed) {
    return new DownloadingProcess.Task(
        store, address(), first, DownloadingProcess.FILES * 3 / 4, seed);
  }

  private static void isWhole(Path directory) throws IOException {
    try (Store store = Store.open(directory)) {
      for (int i = 0; i < DownloadingProcess.FILES * 3 / 4; i++) {
        byte[] content = DownloadingProcess.content(i);
        assertThat(store.files().find(Digest.sha256(content)).orElseThrow().readAll(content.length))
            .isEqualTo(content);
      }
    }
  }
}
