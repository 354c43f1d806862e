package io.microvisor.packages.repository;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.unpack.DebFile;
import io.microvisor.store.Actions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// Describes a `.deb` file as an index would: the fields of its control file, its name, size and digest.
///
/// Every byte is hashed each time, so that no change goes unseen; the control file is kept in the action cache by that
/// digest.
final class DebStanza {
  private static final int VERSION = 1;

  private final Actions cache;

  DebStanza(Actions cache) {
    this.cache = cache;
  }

  /// The package in a file.
  ///
  /// @param filename what the index would call it
  /// @throws io.microvisor.bytes.FormatException if it is no binary package, or its control file is broken
  DebPackage read(Path file, String filename, Origin origin) throws IOException {
    ByteSource bytes = ByteSource.of(file);
    Digest digest = Digest.sha256(bytes);
    Digest key = Digest.sha256("deb-control-" + VERSION + "\0" + digest);
    Optional<byte[]> kept = cache.find(key);
    String control =
        kept.isPresent()
            ? new String(kept.get(), StandardCharsets.UTF_8)
            : DebFile.read(bytes).stanza();
    String known =
        "Filename: " + filename + "\nSize: " + bytes.size() + "\nSHA256: " + digest.hex() + "\n";
    DebPackage item = DebPackage.of(ControlStanza.parse(control.strip() + "\n" + known), origin);
    if (kept.isEmpty()) {
      cache.put(key, control.getBytes(StandardCharsets.UTF_8));
    }
    return item;
  }
}
