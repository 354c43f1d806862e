package io.microvisor.formats.uki;

import io.microvisor.bytes.ByteSource;
import java.nio.charset.StandardCharsets;

/// One part of a unified kernel image.
public record UkiSection(Name name, ByteSource content) {
  /// The sections of UAPI.5 that this toolkit writes, in the order in which `ukify` of systemd 257 lays them out.
  public enum Name {
    /// The os-release file of what will boot.
    OSREL(".osrel"),
    /// The kernel command line.
    CMDLINE(".cmdline"),
    /// The kernel release, as `uname -r` prints it.
    UNAME(".uname"),
    /// A bitmap shown while booting.
    SPLASH(".splash"),
    /// The public key that signs PCR policies.
    PCRPKEY(".pcrpkey"),
    /// The kernel.
    LINUX(".linux"),
    /// The initial RAM file system.
    INITRD(".initrd"),
    /// CPU microcode: an uncompressed cpio archive, handed to the kernel before the initrd.
    UCODE(".ucode"),
    /// Revocation levels of what the image is made of.
    SBAT(".sbat");

    private final String text;

    Name(String text) {
      this.text = text;
    }

    /// The section's name in the image.
    public String text() {
      return text;
    }
  }

  /// A section of text, without an end mark.
  public static UkiSection of(Name name, String text) {
    return new UkiSection(name, ByteSource.of(text.getBytes(StandardCharsets.UTF_8)));
  }
}
