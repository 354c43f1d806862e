package io.microvisor.bytes.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Changes that a power cut does not undo. A renamed file is on the disk under its new name only when its folder is synced, and whole
/// only when it was synced itself before.
public final class Durable {
  private Durable() {}

  /// Gives a finished file its final name, in place of what had it: at any moment, whatever happens, either the old or the new
  /// one is there, and whole.
  public static void replace(Path file, Path target) throws IOException {
    sync(file);
    rename(file, target);
    syncFolder(target.toAbsolutePath().resolveSibling(""));
  }

  /// Has the bytes of a file on the disk.
  public static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(false);
    } catch (IOException e) {
      throw FullDiskException.named(file.toAbsolutePath().resolveSibling(""), e);
    }
  }

  /// Gives a file another name, in place of what had it. For several at once, which are synced before, and their folder afterwards.
  public static void rename(Path file, Path target) throws IOException {
    Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Has the names in a folder on the disk.
  public static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
