package io.microvisor.compose.layout;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A template of a small disk, and contents for it, for the tests of several packages.
public final class SmallDisk {
  private SmallDisk() {}

  /// An image called `small`, version 1: ESP of 260 MiB, root of 16, hash tree of 1.
  ///
  /// @param folder where its file is written
  /// @param state none or ext4
  public static Template template(Path folder, int sectorBytes, String state) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("small.yaml"),
            """
            image: {name: small, version: "1"}
            target: {os: debian, dist: debian13, arch: x86_64, imageType: raw}
            disk:
              layout: immutable
              sectorSize: %d
              slots: {esp: 260MiB, root: 16MiB, rootVerity: 1MiB}
            systemConfig:
              kernel: {packages: [linux-image-amd64]}
              persistence: {state: %s}
            """
                .formatted(sectorBytes, state));
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded(Template template) -> template;
      case Loading.Rejected rejected -> throw new AssertionError(rejected.toString());
    };
  }

  /// Bytes that are others for each seed.
  public static ByteSource bytes(String seed, int size) {
    byte[] pattern = Digest.sha256(seed).bytes();
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = pattern[i % pattern.length];
    }
    return ByteSource.of(bytes);
  }
}
