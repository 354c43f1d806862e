package io.microvisor.formats.gpt;

import io.microvisor.bytes.ByteSize;

/// Where a partition is wanted.
public sealed interface Placement {
  /// How large the partition is to be, at least 1 byte; the layout rounds it up to [GptLayout#ALIGNMENT].
  ByteSize size();

  /// Behind the partition before it.
  record Next(ByteSize size) implements Placement {
    public Next {
      Placement.check(size);
    }
  }

  /// At a position of the disk.
  ///
  /// @param start in bytes from the beginning of the disk, a multiple of [GptLayout#ALIGNMENT]
  record At(ByteSize start, ByteSize size) implements Placement {
    public At {
      Placement.check(size);
      if (start.bytes() == 0 || start.bytes() % GptLayout.ALIGNMENT != 0) {
        throw new IllegalArgumentException(
            "partition start: " + start + " (expected: a multiple of 1 MiB, not 0)");
      }
    }
  }

  private static void check(ByteSize size) {
    if (size.bytes() == 0) {
      throw new IllegalArgumentException("partition size: 0 (expected: at least 1 byte)");
    }
  }
}
