package io.microvisor.systemtests;

import io.microvisor.bytes.RandomSink;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Files written by our writers.
public final class Images {
  private Images() {}

  /// What writes an image.
  @FunctionalInterface
  public interface Writing {
    /// Writes all of it.
    void write(RandomSink out) throws IOException, InterruptedException;
  }

  /// Makes a new file of what `writing` writes.
  public static Path write(Path file, Writing writing) throws IOException, InterruptedException {
    try (RandomSink out =
        RandomSink.of(
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      writing.write(out);
    }
    return file;
  }
}
