package io.microvisor.systemtests;

import io.microvisor.bytes.ByteSource;
import io.microvisor.formats.erofs.Compression;
import io.microvisor.formats.erofs.ErofsImage;
import io.microvisor.formats.erofs.ErofsReader;
import io.microvisor.formats.erofs.ErofsSpec;
import io.microvisor.formats.erofs.ErofsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

/// What `tools/bench-erofs` runs, each time in a Java machine of its own; the script says what is measured.
///
/// | arguments | what |
/// |---|---|
/// | `plain FROM TO` | the tree of an image of ours, written without compression |
/// | `write FROM TO` | the same, compressed as images are |
/// | `sequential FOLDER` | all files below it are read, one after the other |
/// | `random FOLDER` | 20,000 times 4 KiB are read from somewhere in the files below it, the same places each time |
///
/// Reading prints the nanoseconds that it took, and how many bytes there were.
public final class ErofsBench {
  private static final int PLACES = 20_000;
  private static final int PAGE = 4096;

  private ErofsBench() {}

  /// Does what the arguments say.
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path from = Path.of(arguments[1]);
    switch (arguments[0]) {
      case "plain" -> write(from, Path.of(arguments[2]), new Compression.None());
      case "write" -> write(from, Path.of(arguments[2]), new Compression.Zstd(3, 128 << 10));
      case "sequential" -> sequential(from);
      case "random" -> random(from);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void write(Path from, Path to, Compression compression)
      throws IOException, InterruptedException {
    ErofsImage image = ErofsReader.open(ByteSource.of(from));
    ErofsSpec spec =
        ErofsSpec.of(new UUID(0, 0), image.header().buildTime()).withCompression(compression);
    Images.write(to, out -> ErofsWriter.write(image.tree(), image.contents(), spec, out));
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(each -> Files.isRegularFile(each) && !Files.isSymbolicLink(each))
          .sorted()
          .toList();
    }
  }

  private static void sequential(Path folder) throws IOException {
    List<Path> files = files(folder);
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 17);
    long bytes = 0;
    long began = System.nanoTime();
    for (Path file : files) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        for (int read; (read = channel.read(buffer.clear())) > 0; ) {
          bytes += read;
        }
      }
    }
    System.out.println(System.nanoTime() - began + " " + bytes);
  }

  private record Place(Path file, long position) {}

  private static void random(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    List<Long> ends = new ArrayList<>();
    long total = 0;
    for (Path file : files(folder)) {
      long pages = Files.size(file) / PAGE;
      if (pages > 0) {
        total += pages;
        files.add(file);
        ends.add(total);
      }
    }
    Random random = new Random(1);
    List<Place> places = new ArrayList<>();
    for (int i = 0; i < PLACES; i++) {
      long page = random.nextLong(total);
      int file = 0;
      int above = files.size();
      while (file < above) {
        int middle = (file + above) >>> 1;
        if (ends.get(middle) <= page) {
          file = middle + 1;
        } else {
          above = middle;
        }
      }
      long before = file == 0 ? 0 : ends.get(file - 1);
      places.add(new Place(files.get(file), (page - before) * PAGE));
    }
    ByteBuffer buffer = ByteBuffer.allocateDirect(PAGE);
    long bytes = 0;
    long began = System.nanoTime();
    for (Place place : places) {
      try (FileChannel channel = FileChannel.open(place.file(), StandardOpenOption.READ)) {
        bytes += channel.read(buffer.clear(), place.position());
      }
    }
    System.out.println(System.nanoTime() - began + " " + bytes);
  }
}
