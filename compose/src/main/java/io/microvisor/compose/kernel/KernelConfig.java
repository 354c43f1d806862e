package io.microvisor.compose.kernel;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// How a kernel was configured: the `.config` it was built with, which packages put beside it.
///
/// ```
/// CONFIG_EROFS_FS=m
/// # CONFIG_DM_VERITY is not set
/// ```
public final class KernelConfig {
  private static final String PREFIX = "CONFIG_";
  private static final int LARGEST = 4 << 20;

  private final Map<String, String> values;

  private KernelConfig(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  /// A configuration from its text. Lines that set nothing are passed over.
  public static KernelConfig parse(String text) {
    Map<String, String> values = new TreeMap<>();
    text.lines()
        .filter(line -> line.startsWith(PREFIX) && line.indexOf('=') > 0)
        .forEach(line -> {
          int equals = line.indexOf('=');
          values.put(line.substring(PREFIX.length(), equals), line.substring(equals + 1).strip());
        });
    return new KernelConfig(values);
  }

  /// The configuration of the kernel `release`, from `/boot/config-<release>` or `/usr/lib/modules/<release>/config`.
  ///
  /// @return empty if no package brought it
  static Optional<KernelConfig> find(FileTree tree, ContentSource contents, String release)
      throws IOException {
    for (String path :
        List.of("boot/config-" + release, "usr/lib/modules/" + release + "/config")) {
      if (tree.find(TreePath.of(path)).orElse(null) instanceof Inode.RegularFile file) {
        byte[] bytes = contents.open(file.content()).readAll(LARGEST);
        return Optional.of(parse(new String(bytes, StandardCharsets.UTF_8)));
      }
    }
    return Optional.empty();
  }

  /// The value of an option, without `CONFIG_` in front: `y`, `m`, a number or a quoted text; `n` if it is not set.
  public String value(String option) {
    return values.getOrDefault(option, "n");
  }
}
