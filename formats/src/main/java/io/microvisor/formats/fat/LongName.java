package io.microvisor.formats.fat;

import java.util.Optional;

/// Puts a long name together from its pieces. Pieces that do not fit each other, or the 8.3 name behind them, are
/// orphans that old software left: they are dropped, and the 8.3 name counts (specification §7.2).
final class LongName {
  private final StringBuilder units = new StringBuilder();
  private int missing;
  private int checksum;
  private boolean complete;

  /// Takes the next piece; the one that ends the name comes first.
  void add(LongNameEntry piece) {
    int number = piece.order() & ~LongNameEntry.LAST;
    boolean begins = (piece.order() & LongNameEntry.LAST) != 0;
    if (begins) {
      clear();
      checksum = piece.checksum();
    } else if (missing == 0 || number != missing || piece.checksum() != checksum) {
      clear();
      return;
    }
    units.insert(0, piece.units());
    missing = number - 1;
    complete = missing == 0;
  }

  /// Forgets all pieces.
  void clear() {
    units.setLength(0);
    missing = 0;
    complete = false;
  }

  /// The whole name, if it belongs to that 8.3 name.
  Optional<String> of(String shortName) {
    if (!complete || checksum != DirectoryEntry.checksum(shortName)) {
      return Optional.empty();
    }
    int end = units.indexOf("\0");
    return Optional.of(end < 0 ? units.toString() : units.substring(0, end));
  }
}
