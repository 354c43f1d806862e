package io.microvisor.cli.lock;

import io.microvisor.packages.solver.deb.Names;
import java.util.Collection;
import java.util.List;

/// Names like one that nothing has.
final class NearNames {
  private NearNames() {}

  /// What may have been meant, to be put behind "expected: ..."; empty if nothing is near.
  static String suggestion(String written, Collection<String> known) {
    List<String> near = Names.closest(written, known);
    return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
  }
}
