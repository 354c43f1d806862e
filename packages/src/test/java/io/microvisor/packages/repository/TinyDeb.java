package io.microvisor.packages.repository;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tar.TarWriter;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/// Packages of one control file and nothing to install, as deb(5) has them.
public final class TinyDeb {
  private TinyDeb() {}

  /// The bytes of a package.
  ///
  /// @param fields more lines of its control file, each with its line break
  public static byte[] bytes(String name, String version, String architecture, String fields) {
    String control =
        "Package: %s\nVersion: %s\nArchitecture: %s\nMaintainer: Test <test@example.org>\n%s"
            .formatted(name, version, architecture, fields);
    return ofControl(control + "Description: made in a test\n");
  }

  /// A package with this control file.
  static byte[] ofControl(String text) {
    byte[] control = text.getBytes(StandardCharsets.UTF_8);
    Digest digest = Digest.sha256(control);
    FileTree tree =
        FileTree.builder()
            .put("control", new Inode.RegularFile(Meta.of(0644), digest, control.length))
            .build();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("!<arch>\n".getBytes(StandardCharsets.US_ASCII));
    member(out, "debian-binary", "2.0\n".getBytes(StandardCharsets.US_ASCII));
    member(out, "control.tar", tar(tree, Map.of(digest, ByteSource.of(control))));
    member(out, "data.tar", tar(FileTree.builder().build(), Map.of()));
    return out.toByteArray();
  }

  /// Writes a package into a folder, under the usual name.
  public static Path into(
      Path folder, String name, String version, String architecture, String fields)
      throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve(name + "_" + version + "_" + architecture + ".deb");
    return Files.write(file, bytes(name, version, architecture, fields));
  }

  private static byte[] tar(FileTree tree, Map<Digest, ByteSource> contents) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      TarWriter.write(tree, ContentSource.of(contents), out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void member(ByteArrayOutputStream out, String name, byte[] content) {
    String header =
        String.format(
            Locale.ROOT, "%-16s%-12d%-6d%-6d%-8o%-10d`\n", name, 0, 0, 0, 0100644, content.length);
    out.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(content);
    if (content.length % 2 == 1) {
      out.write('\n');
    }
  }
}
