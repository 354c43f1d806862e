package io.microvisor.store;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import io.microvisor.bytes.files.OwnerOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/// Small results by the digest of all that determines them: the action cache. Numbers are big-endian.
///
/// | field | offset | size | meaning |
/// |---|---|---|---|
/// | magic | 0 | 8 | `EMTACT01` |
/// | key | 8 | 32 | under which the value was put |
/// | checksum | 40 | 32 | SHA-256 of the value |
/// | size | 72 | 4 | of the value, in bytes |
/// | value | 76 | size | |
///
/// An entry that is damaged in any way counts as absent: the action is simply done again. So entries are not synced: at
/// worst a power cut takes the latest away.
public final class Actions {
  /// The largest value, in bytes: 16 MiB.
  public static final int LARGEST_VALUE = 1 << 24;

  private static final String MAGIC = "EMTACT01";
  private static final int HEADER_SIZE = 76;

  private final DigestDirectory digests;

  Actions(DigestDirectory digests) {
    this.digests = digests;
  }

  /// The value last put under `key`.
  ///
  /// @return empty if there is none, or it is damaged
  public Optional<byte[]> find(Digest key) throws IOException {
    Optional<Path> path = digests.find(key);
    if (path.isEmpty()) {
      return Optional.empty();
    }
    try {
      long size = Files.size(path.get());
      if (size < HEADER_SIZE || size > HEADER_SIZE + LARGEST_VALUE) {
        return Optional.empty();
      }
      return parse(key, Files.readAllBytes(path.get()));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  private static Optional<byte[]> parse(Digest key, byte[] entry) throws IOException {
    if (entry.length < HEADER_SIZE) {
      return Optional.empty(); // Cut short between asking for its size and reading it.
    }
    StructReader reader = StructReader.of("action", entry);
    boolean magic = reader.at(0).ascii(8).equals(MAGIC);
    Digest found = Digest.of(reader.at(8).bytes(Digest.SIZE));
    Digest checksum = Digest.of(reader.at(40).bytes(Digest.SIZE));
    long size = reader.at(72).u32be();
    byte[] value = Arrays.copyOfRange(entry, HEADER_SIZE, entry.length);
    boolean sound =
        magic && found.equals(key) && size == value.length && checksum.equals(Digest.sha256(value));
    return sound ? Optional.of(value) : Optional.empty();
  }

  /// Puts a value under `key`, in place of the one that may be there.
  ///
  /// @throws IllegalArgumentException if the value is larger than [#LARGEST_VALUE]
  public void put(Digest key, byte[] value) throws IOException {
    if (value.length > LARGEST_VALUE) {
      throw new IllegalArgumentException(
          "action: a value of "
              + value.length
              + " bytes (expected: at most "
              + LARGEST_VALUE
              + ")");
    }
    StructWriter entry = StructWriter.ofSize(HEADER_SIZE + value.length);
    entry.at(0).ascii(MAGIC, 8);
    entry.at(8).bytes(key.bytes());
    entry.at(40).bytes(Digest.sha256(value).bytes());
    entry.at(72).u32be(value.length);
    entry.at(76).bytes(value);
    Path file = digests.newFile();
    try {
      OwnerOnly.write(file, entry.toBytes());
      digests.publishUnsynced(file, key);
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
