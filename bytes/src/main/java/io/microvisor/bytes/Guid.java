package io.microvisor.bytes;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;

/// A GUID as UEFI writes it (UEFI 2.10 appendix A): the first three fields little-endian on disk.
///
/// @param uuid the same value as RFC 9562 UUID, whose text form both share
public record Guid(UUID uuid) {
  /// The size on disk, in bytes.
  public static final int SIZE = 16;

  /// All zeros: an unused partition entry's type.
  public static final Guid ZERO = new Guid(new UUID(0, 0));

  /// Parses the text form `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`.
  ///
  /// @throws IllegalArgumentException if the text is anything else
  public static Guid parse(String text) {
    UUID uuid = UUID.fromString(text);
    if (!uuid.toString().equals(text.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException("GUID: \"" + text + "\" (expected: 8-4-4-4-12 digits)");
    }
    return new Guid(uuid);
  }

  /// A GUID whose text form is the first (`half` 0) or last (`half` 1) half of a digest's hexadecimal digits, as the
  /// Discoverable Partitions Specification pairs a root and its verity partition.
  public static Guid ofHalf(Digest digest, int half) {
    byte[] bytes = digest.bytes();
    return new Guid(new UUID(bigEndian(bytes, 16 * half), bigEndian(bytes, 16 * half + 8)));
  }

  /// A GUID derived from `identity` for one `purpose`, by SHA-256, in the form of a version 8 UUID (RFC 9562 §5.8):
  /// the same inputs give the same GUID on every machine.
  public static Guid derive(Digest identity, String purpose) {
    Digest mixed = Digest.sha256((identity.hex() + " " + purpose).getBytes(StandardCharsets.UTF_8));
    byte[] bytes = mixed.bytes();
    long high = bigEndian(bytes, 0) & ~0xf000L | 0x8000L;
    long low = bigEndian(bytes, 8) & ~(3L << 62) | 2L << 62;
    return new Guid(new UUID(high, low));
  }

  private static long bigEndian(byte[] bytes, int offset) {
    long value = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      value = value << 8 | bytes[offset + i] & 0xff;
    }
    return value;
  }

  @Override
  public String toString() {
    return uuid.toString();
  }
}
