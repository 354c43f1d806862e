package io.microvisor.bytes.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Makes files and folders that only their owner may read and write, from the first moment on: modes 0600 and 0700. A mode that
/// is narrowed afterwards is one that somebody was in time for.
public final class OwnerOnly {
  private static final FileAttribute<Set<PosixFilePermission>> FILE = mode("rw-------");
  private static final FileAttribute<Set<PosixFilePermission>> FOLDER = mode("rwx------");

  private OwnerOnly() {}

  private static FileAttribute<Set<PosixFilePermission>> mode(String text) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
  }

  /// Opens a file; if these options make it, nobody else may read it.
  public static FileChannel open(Path file, OpenOption... options) throws IOException {
    return FileChannel.open(file, Set.of(options), FILE);
  }

  /// Makes a file, to be written from its beginning.
  public static OutputStream stream(Path file) throws IOException {
    return Channels.newOutputStream(
        open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS));
  }

  /// Makes a file of some bytes.
  public static Path write(Path file, byte[] content) throws IOException {
    try (FileChannel channel =
        open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer left = ByteBuffer.wrap(content);
      while (left.hasRemaining()) {
        channel.write(left);
      }
    } catch (IOException e) {
      throw FullDiskException.named(file.toAbsolutePath().resolveSibling(""), e);
    }
    return file;
  }

  /// Makes a folder.
  public static Path directory(Path folder) throws IOException {
    return Files.createDirectory(folder, FOLDER);
  }

  /// Makes a folder, and those above it, where they are not there.
  public static Path directories(Path folder) throws IOException {
    return Files.createDirectories(folder, FOLDER);
  }
}
