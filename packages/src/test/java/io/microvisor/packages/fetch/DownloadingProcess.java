package io.microvisor.packages.fetch;

import io.microvisor.bytes.Digest;
import io.microvisor.store.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// A process that downloads into stores it shares with others. Each line of its input is a task; to each it answers with a
/// line, `done` or why not.
final class DownloadingProcess {
  static final int FILES = 16;
  private static final int SIZE = 30_000;

  private DownloadingProcess() {}

  /// Files that a process downloads into a store, all at once.
  ///
  /// @param first the number of the first file
  /// @param count how many
  /// @param seed of the order in which they are begun
  record Task(Path store, URI server, int first, int count, long seed) {
    /// As a line of a process's input.
    String line() {
      return String.join(
          " ", store.toString(), server.toString(), first + "", count + "", seed + "");
    }

    static Task parse(String line) {
      String[] words = line.split(" ", -1);
      return new Task(
          Path.of(words[0]),
          URI.create(words[1]),
          Integer.parseInt(words[2]),
          Integer.parseInt(words[3]),
          Long.parseLong(words[4]));
    }

    void run() throws IOException, InterruptedException {
      List<Download> wanted =
          new ArrayList<>(
              IntStream.range(first, first + count).mapToObj(i -> download(server, i)).toList());
      Collections.shuffle(wanted, new Random(seed));
      try (Store opened = Store.open(store);
          Downloader downloader = new Downloader(Network.DIRECT, opened, Thread::sleep)) {
        downloader.fetch(wanted, _ -> {});
      }
    }
  }

  /// What the server has under a number.
  static byte[] content(int number) {
    byte[] content = new byte[SIZE];
    new Random(number).nextBytes(content);
    return content;
  }

  private static Download download(URI server, int number) {
    byte[] content = content(number);
    return new Download(
        "file " + number,
        List.of(server.resolve("/" + number)),
        content.length,
        Digest.sha256(content));
  }

  public static void main(String[] arguments) throws IOException {
    try (BufferedReader tasks =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line; (line = tasks.readLine()) != null; ) {
        System.out.println(answer(Task.parse(line)));
      }
    }
  }

  private static String answer(Task task) {
    try {
      task.run();
      return "done";
    } catch (IOException | InterruptedException e) {
      return e.toString().replace('\n', ' ');
    }
  }
}
