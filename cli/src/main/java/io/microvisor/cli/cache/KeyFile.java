package io.microvisor.cli.cache;

import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.compose.remote.SigningKey;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/// A file with a signing key, which nobody but its owner may read.
final class KeyFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OTHERS =
      PosixFilePermissions.fromString("---rwxrwx");
  private static final int LARGEST = 1 << 16;

  private KeyFile() {}

  /// Reads a key.
  ///
  /// @throws IOException if it is none, or others may read or change the file; the message has nothing of what is in it
  static SigningKey read(Path file) throws IOException {
    Set<PosixFilePermission> open = new HashSet<>(Files.getPosixFilePermissions(file));
    open.retainAll(OTHERS);
    if (!open.isEmpty()) {
      throw new IOException(
          "%s: mode %s (expected: rw-------, since it is a secret)%n  advice: chmod 600 %s"
              .formatted(
                  file, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), file));
    }
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      byte[] bytes = Channels.newInputStream(channel).readNBytes(LARGEST);
      return SigningKey.parse(new String(bytes, StandardCharsets.ISO_8859_1));
    } catch (FormatException e) {
      throw new IOException(
          file + ": " + e.getMessage() + "\n  advice: make one: emt cache key --new FILE", e);
    }
  }

  /// Makes a key and a file for it.
  ///
  /// @throws IOException if there is such a file, which stays as it is
  static SigningKey create(Path file) throws IOException {
    String pem;
    try {
      pem = SigningKey.pem(KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has Ed25519", e);
    }
    try (SeekableByteChannel channel =
        Files.newByteChannel(
            file,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      Channels.newOutputStream(channel).write(pem.getBytes(StandardCharsets.US_ASCII));
    } catch (FileAlreadyExistsException e) {
      throw new IOException(file + ": already exists (expected: a new file for the key)", e);
    } catch (IOException e) {
      Files.deleteIfExists(file); // Half a key.
      throw FullDiskException.named(file.toAbsolutePath().resolveSibling(""), e);
    }
    return read(file);
  }
}
