package io.microvisor.compose.rootfs;

import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Units that a link starts together with another unit.
final class StartedUnits {
  private static final Pattern LINK = Pattern.compile("[^/]+\\.(wants|requires|upholds)/([^/]+)");

  private StartedUnits() {}

  /// Their names.
  static Set<String> of(RootEditor root) {
    return UnitSearch.FOLDERS.stream()
        .flatMap(folder ->
            root.below(folder).stream()
                .map(entry -> entry.path().toString())
                .filter(path -> path.startsWith(folder))
                .map(path -> LINK.matcher(path.substring(folder.length()))))
        .filter(link -> link.matches())
        .map(link -> link.group(2))
        .collect(Collectors.toSet());
  }
}
