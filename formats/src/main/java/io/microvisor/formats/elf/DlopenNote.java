package io.microvisor.formats.elf;

import java.util.List;

/// One library, or alternatives for one, that a file loads when it runs instead of linking to it.
///
/// @param feature what it is for, such as `kmod`; empty if not said
/// @param priority how much it is needed; `recommended` if not said
/// @param sonames alternatives, the preferred one first; at least one
public record DlopenNote(String feature, Priority priority, List<String> sonames) {
  /// How much the library is needed.
  public enum Priority {
    /// The file does not work without it.
    REQUIRED,
    /// Wanted in a usual installation.
    RECOMMENDED,
    /// For special uses.
    SUGGESTED
  }

  public DlopenNote {
    sonames = List.copyOf(sonames);
    if (sonames.isEmpty()) {
      throw new IllegalArgumentException("dlopen note: no soname (expected: at least one)");
    }
  }
}
