package io.microvisor.formats.verity;

import io.microvisor.bytes.Digest;
import java.util.Arrays;
import java.util.HexFormat;

/// What dm-verity hashes before each block, 0 to 256 bytes.
public final class Salt {
  /// The most bytes a salt may have.
  public static final int LARGEST = 256;

  /// No salt.
  public static final Salt NONE = new Salt(new byte[0]);

  private final byte[] bytes;

  private Salt(byte[] bytes) {
    if (bytes.length > LARGEST) {
      throw new IllegalArgumentException(
          "salt: " + bytes.length + " bytes (expected: at most " + LARGEST + ")");
    }
    this.bytes = bytes;
  }

  /// A salt of some bytes.
  ///
  /// @throws IllegalArgumentException if there are more than 256
  public static Salt of(byte[] bytes) {
    return new Salt(bytes.clone());
  }

  /// A salt of the 32 bytes of a digest: the size that `veritysetup` chooses too.
  public static Salt of(Digest digest) {
    return new Salt(digest.bytes());
  }

  /// A salt from hexadecimal digits of either case.
  ///
  /// @throws IllegalArgumentException if the text is anything else or more than 512 digits
  public static Salt parse(String hex) {
    return new Salt(HexFormat.of().parseHex(hex));
  }

  /// The number of bytes.
  public int size() {
    return bytes.length;
  }

  /// The bytes, in an array of their own.
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Salt that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /// The hexadecimal digits, in lower case.
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
