package io.microvisor.packages.supply;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.repository.Priorities;
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

  /// More than any pin says (apt_preferences(5) ends at 32767).
  private static final int PREFERRED = 1_000_000;

  /// What apt gives a version that is installed and in no archive any more.
  private static final int UNKNOWN = 100;

  public Kept {
    packages = List.copyOf(packages);
    preferred = Set.copyOf(preferred);
  }

  ToIntFunction<DebPackage> before(Priorities priorities) {
    return item -> {
      if (preferred.contains(item.sha256())) {
        return PREFERRED;
      }
      return priorities.knows(item.origin()) ? priorities.applyAsInt(item) : UNKNOWN;
    };
  }
}
