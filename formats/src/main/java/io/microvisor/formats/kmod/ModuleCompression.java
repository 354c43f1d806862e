package io.microvisor.formats.kmod;

import java.util.Optional;

/// How a module file is packed, as its name says.
public enum ModuleCompression {
  /// Not at all: `.ko`.
  NONE(""),
  /// RFC 1952: `.ko.gz`.
  GZIP(".gz"),
  /// XZ: `.ko.xz`.
  XZ(".xz"),
  /// RFC 8878: `.ko.zst`.
  ZSTD(".zst");

  private static final String EXTENSION = ".ko";

  private final String suffix;

  ModuleCompression(String suffix) {
    this.suffix = suffix;
  }

  /// The compression of the module file called `name`; empty if that is no name of a module file.
  public static Optional<ModuleCompression> of(String name) {
    for (ModuleCompression each : values()) {
      String extension = EXTENSION + each.suffix;
      if (name.endsWith(extension) && name.length() > extension.length()) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /// A module's path without the compression's suffix.
  public static String uncompressed(String path) {
    return of(path)
        .map(each -> path.substring(0, path.length() - each.suffix.length()))
        .orElse(path);
  }
}
