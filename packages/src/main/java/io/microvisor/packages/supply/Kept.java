package io.microvisor.packages.supply;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.deb.DebPackage;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;

/// What of an earlier choice is to stay as far as it can.
///
/// @param packages what was chosen, which no archive need hold any more
/// @param preferred the digests of those packages that are preferred to all others of their names
public record Kept(List<DebPackage> packages, Set<Digest> preferred) {
  /// Nothing was chosen before.
  public static final Kept NOTHING = new Kept(List.of(), Set.of());

  /// More than any pin says.
  private static final int PRIORITY = 100_000;

  public Kept {
    packages = List.copyOf(packages);
    preferred = Set.copyOf(preferred);
  }

  ToIntFunction<DebPackage> before(ToIntFunction<DebPackage> others) {
    return item -> preferred.contains(item.sha256()) ? PRIORITY : others.applyAsInt(item);
  }
}
