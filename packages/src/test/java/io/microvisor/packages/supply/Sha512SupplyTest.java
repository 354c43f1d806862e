package io.microvisor.packages.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.repository.TinyDeb;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An archive that lists everything by SHA-512 alone.
class Sha512SupplyTest {
  @TempDir private Path folder;

  @Test
  void locksBySha256WhatTheArchiveListsBySha512() throws Exception {
    for (boolean compressed : List.of(false, true)) {
      byte[] deb = publish(compressed, false);

      Lock lock = lock("store" + compressed);
      Lock again = lock("store" + compressed);

      assertThat(lock).isEqualTo(again);
      assertThat(lock.find("tool").orElseThrow().sha256()).isEqualTo(Digest.sha256(deb));
      try (Store store = Store.open(folder.resolve("other" + compressed));
          PackageSupply supply = supply(store)) {
        assertThat(supply.fetch(lock, _ -> {}).getFirst()).hasBinaryContent(deb);
      }
    }
  }

  @Test
  void refusesAnotherPackageThanTheOneThatIsListed() throws Exception {
    publish(false, true);

    assertThatThrownBy(() -> lock("store"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("tool 1: cannot be had")
        .hasMessageContaining("SHA-512");
  }

  private Lock lock(String name) throws IOException, InterruptedException {
    try (Store store = Store.open(folder.resolve(name));
        PackageSupply supply = supply(store)) {
      return supply.solve(List.of(Wish.of("tool")), DebPolicy.of("amd64"), _ -> {})
              instanceof Resolution.Solved<DebPackage> solved
          ? supply.lock(solved, "amd64", List.of(), _ -> {})
          : new Lock("", List.of(), List.of(), List.of());
    }
  }

  private PackageSupply supply(Store store) {
    RepositorySpec spec =
        new RepositorySpec(
            "new",
            List.of(folder.toUri()),
            "edge",
            List.of("main"),
            "amd64",
            new RepositorySpec.Trust.Unsigned(),
            RepositorySpec.Freshness.CHECKED,
            RepositorySpec.Presence.REQUIRED);
    return new PackageSupply(store, List.of(spec), Network.DIRECT, Instant.now());
  }

  /// The archive with one package, which is another than the one that is listed if so wanted.
  private byte[] publish(boolean compressed, boolean another) throws Exception {
    TinyDeb.into(folder.resolve("pool"), "tool", "1", "amd64", "");
    byte[] deb = Files.readAllBytes(folder.resolve("pool/tool_1_amd64.deb"));
    String index =
        """
        Package: tool
        Version: 1
        Architecture: amd64
        Filename: pool/tool_1_amd64.deb
        Size: %d
        SHA512: %s
        """
            .formatted(deb.length, sha512(another ? new byte[deb.length] : deb));
    byte[] plain = index.getBytes(StandardCharsets.UTF_8);
    byte[] offered = compressed ? gzip(plain) : plain;
    String path = "main/binary-amd64/Packages" + (compressed ? ".gz" : "");
    Path file = folder.resolve("dists/edge").resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, offered);
    Files.writeString(
        folder.resolve("dists/edge/Release"),
        """
        Origin: New
        Suite: edge
        Date: Thu, 01 Jan 2026 00:00:00 UTC
        Architectures: amd64
        Components: main
        SHA512:
         %s %d %s
         %s %d main/binary-amd64/Packages
        """
            .formatted(sha512(offered), offered.length, path, sha512(plain), plain.length));
    return deb;
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }

  private static String sha512(byte[] content) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(content));
  }
}
