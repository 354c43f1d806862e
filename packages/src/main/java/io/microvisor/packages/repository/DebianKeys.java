package io.microvisor.packages.repository;

import io.microvisor.packages.openpgp.Keyring;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/// The keys that Debian signs its archives with, as shipped here: those of Debian 12 and 13.
///
/// They come from Debian's package `debian-archive-keyring`; the README beside the key files says from which version
/// and lists the fingerprints. The last of them expires in 2035.
public final class DebianKeys {
  private static final List<String> FILES =
      List.of(
          "debian-archive-trixie-automatic.asc",
          "debian-archive-trixie-security-automatic.asc",
          "debian-archive-trixie-stable.asc",
          "debian-archive-bookworm-automatic.asc",
          "debian-archive-bookworm-security-automatic.asc",
          "debian-archive-bookworm-stable.asc");

  private DebianKeys() {}

  /// The keyring.
  public static Keyring keyring() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      for (String file : FILES) {
        try (InputStream in = DebianKeys.class.getResourceAsStream("keys/" + file)) {
          if (in == null) {
            throw new IllegalStateException("resource keys/" + file + " is missing");
          }
          in.transferTo(all);
        }
      }
      return Keyring.parse("Debian's archive keys", all.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException("reading the bundled archive keys", e);
    }
  }
}
