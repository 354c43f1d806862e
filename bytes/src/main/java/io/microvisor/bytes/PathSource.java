package io.microvisor.bytes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A [ByteSource] over a file that is opened for each read.
record PathSource(Path path, long size) implements ByteSource {
  static PathSource open(Path path) throws IOException {
    return new PathSource(path, Files.size(path));
  }

  @Override
  public void readFully(long position, ByteBuffer into) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      ChannelSource.readFully(channel, position, into);
    }
  }

  @Override
  public InputStream stream() {
    try {
      return Files.newInputStream(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
