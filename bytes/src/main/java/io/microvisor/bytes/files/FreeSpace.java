package io.microvisor.bytes.files;

import io.microvisor.bytes.ByteSize;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The room on the disk of a folder, which need not exist yet.
///
/// @param existing the folder, or the nearest one above it that exists
/// @param size what we may still write; empty where the file system does not say
public record FreeSpace(Path existing, Optional<ByteSize> size) {
  /// What there is now.
  public static FreeSpace of(Path folder) throws IOException {
    Path there = folder.toAbsolutePath();
    while (!Files.isDirectory(there)) {
      there = Optional.ofNullable(there.getParent()).orElse(there.getRoot());
    }
    FileStore disk = Files.getFileStore(there);
    // Some network file systems answer with zeros.
    return new FreeSpace(
        there,
        disk.getTotalSpace() > 0
            ? Optional.of(new ByteSize(disk.getUsableSpace()))
            : Optional.empty());
  }
}
