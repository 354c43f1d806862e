package io.microvisor.packages.repository;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.fetch.FaultyServer;
import io.microvisor.packages.openpgp.TestKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/// A small archive for tests: suite `trixie`, component `main`, signed by a key of its own.
final class TestArchive {
  static final String DIST = "/debian/dists/trixie/";
  static final String INDEX = "main/binary-amd64/Packages";

  final TestKey key = TestKey.sound();
  String packages =
      """
      Package: hello
      Version: 2.10-5
      Architecture: amd64
      Maintainer: Nobody <nobody@example.org>
      Depends: libc6 (>= 2.38),
       base-files
      Description: a greeting
       of two lines
      Section: misc
      Filename: pool/main/h/hello/hello_2.10-5_amd64.deb
      Size: 53000
      SHA256: %s

      Package: libc6
      Version: 2.41-12
      Architecture: amd64
      Filename: pool/main/g/glibc/libc6_2.41-12_amd64.deb
      Size: 2847588
      SHA256: %s
      """
          .formatted("ab".repeat(32), "cd".repeat(32));
  String fields =
      """
      Origin: Test
      Suite: stable
      Codename: trixie
      Date: Sat, 03 Jan 2026 07:55:41 UTC
      Valid-Until: Sat, 10 Jan 2026 07:55:41 UTC
      Acquire-By-Hash: yes
      Architectures: all amd64
      No-Support-for-Architecture-all: Packages
      Components: main
      """;

  byte[] gz() {
    return compressed(GZIPOutputStream::new);
  }

  byte[] xz() {
    return compressed(out -> new XZOutputStream(out, new LZMA2Options()));
  }

  byte[] plain() {
    return packages.getBytes(StandardCharsets.UTF_8);
  }

  /// The Release file; `suffix` tells the only compression it offers.
  String release(String suffix) {
    byte[] offered = suffix.equals(".gz") ? gz() : suffix.equals(".xz") ? xz() : plain();
    return fields
        + "SHA256:\n"
        + line(INDEX, plain())
        + (suffix.isEmpty() ? "" : line(INDEX + suffix, offered));
  }

  byte[] inRelease(String suffix) {
    return key.clearSign(release(suffix));
  }

  /// Puts everything on a server.
  void on(FaultyServer server, String suffix) {
    byte[] offered = suffix.equals(".gz") ? gz() : suffix.equals(".xz") ? xz() : plain();
    server.on(DIST + "InRelease", FaultyServer.content(inRelease(suffix)));
    server.on(
        DIST + "main/binary-amd64/by-hash/SHA256/" + Digest.sha256(offered).hex(),
        FaultyServer.content(offered));
  }

  private static String line(String path, byte[] content) {
    return " %s %d %s\n".formatted(Digest.sha256(content).hex(), content.length, path);
  }

  private interface Compressor {
    OutputStream over(OutputStream out) throws IOException;
  }

  private byte[] compressed(Compressor compressor) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var out = compressor.over(bytes)) {
      out.write(plain());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }
}
