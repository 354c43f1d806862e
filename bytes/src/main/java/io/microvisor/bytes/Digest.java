package io.microvisor.bytes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// A SHA-256 digest (FIPS 180-4): the identity of contents throughout the toolkit.
public final class Digest implements Comparable<Digest> {
  /// The size of a digest, in bytes.
  public static final int SIZE = 32;

  private final byte[] bytes;

  private Digest(byte[] bytes) {
    this.bytes = bytes;
  }

  /// A digest from its 32 bytes.
  ///
  /// @throws IllegalArgumentException if there are not exactly 32
  public static Digest of(byte[] bytes) {
    if (bytes.length != SIZE) {
      throw new IllegalArgumentException("digest: " + bytes.length + " bytes (expected: 32)");
    }
    return new Digest(bytes.clone());
  }

  /// A digest from 64 hexadecimal digits of either case.
  ///
  /// @throws IllegalArgumentException if the text is anything else
  public static Digest parse(String hex) {
    if (hex.length() != 2 * SIZE) {
      throw new IllegalArgumentException(
          "digest: " + hex.length() + " characters (expected: 64 hexadecimal digits)");
    }
    return new Digest(HexFormat.of().parseHex(hex));
  }

  /// The digest of an array.
  public static Digest sha256(byte[] content) {
    return new Digest(hasher().digest(content));
  }

  /// The digest of a text's UTF-8 form.
  public static Digest sha256(String content) {
    return sha256(content.getBytes(StandardCharsets.UTF_8));
  }

  /// The digest of all of a source's bytes.
  public static Digest sha256(ByteSource source) throws IOException {
    MessageDigest hasher = hasher();
    ByteBuffer buffer = ByteBuffer.allocate(Math.clamp(source.size(), 1, 1 << 18));
    for (long at = 0; at < source.size(); at += buffer.capacity()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), source.size() - at));
      source.readFully(at, buffer);
      hasher.update(buffer.flip());
    }
    return new Digest(hasher.digest());
  }

  /// The digest of what is left of a stream, which stays open.
  public static Digest sha256(InputStream stream) throws IOException {
    MessageDigest hasher = hasher();
    byte[] buffer = new byte[1 << 16];
    for (int read; (read = stream.read(buffer)) >= 0; ) {
      hasher.update(buffer, 0, read);
    }
    return new Digest(hasher.digest());
  }

  /// A fresh SHA-256 computation; [#of] takes its result.
  public static MessageDigest hasher() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /// The 32 bytes, in an array of their own.
  public byte[] bytes() {
    return bytes.clone();
  }

  /// The 64 hexadecimal digits, in lower case.
  public String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public int compareTo(Digest other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Digest that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "sha256:" + hex();
  }
}
