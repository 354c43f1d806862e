package io.microvisor.machine;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// A systemd credential handed to the guest through SMBIOS type 11 (systemd.system-credentials(7)): it lives for one
/// boot and is never part of an image.
///
/// @param name what systemd calls it, such as `ssh.authorized_keys.root`
/// @param value its text
public record Credential(String name, String value) {
  public Credential {
    if (!name.matches("[A-Za-z0-9._@-]{1,200}")) {
      throw new IllegalArgumentException(
          "credential: name \"" + name + "\" (expected: letters, digits, '.', '_', '@', '-')");
    }
  }

  /// The SMBIOS string; base64, because QEMU splits its options at commas.
  String smbiosValue() {
    return "io.systemd.credential.binary:"
        + name
        + "="
        + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
  }
}
