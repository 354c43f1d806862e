package io.microvisor.systemtests;

import io.microvisor.bytes.Digest;
import io.microvisor.formats.tar.TarWriter;
import io.microvisor.packages.repository.RepositorySpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// A folder of tiny packages, as an archive at a `file:` address: with `dists/trixie/Release`, `Packages` and a pool.
public final class MiniArchive {
  private static final String INDEX = "main/binary-amd64/Packages";

  private static final Set<String> SCRIPTS =
      Set.of("config", "preinst", "postinst", "prerm", "postrm");

  private final Path folder;
  private final StringBuilder packages = new StringBuilder();

  /// An archive in an empty folder.
  public MiniArchive(Path folder) {
    this.folder = folder;
  }

  /// Adds a package with one file.
  ///
  /// @param fields more lines of its control file, such as `Depends: other`, each ending in a newline
  /// @param scripts maintainer scripts by name
  /// @return the package's file
  public Path add(String name, String version, String fields, Map<String, String> scripts)
      throws IOException {
    SampleTree files = new SampleTree().file("usr/share/doc/" + name + "/copyright", utf8(name));
    return add(name, version, fields, scripts, files);
  }

  /// Adds a package with files.
  ///
  /// @param controlFiles its scripts and other control files by name
  public Path add(
      String name,
      String version,
      String fields,
      Map<String, String> controlFiles,
      SampleTree files)
      throws IOException {
    String control =
        "Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: Test <test@example.org>\n"
                .formatted(name, version)
            + fields
            + "Description: made in a test\n";
    SampleTree controls = new SampleTree().file("control", utf8(control));
    controlFiles.forEach((script, text) ->
        controls.file(
            script, utf8(text), SampleTree.plain(SCRIPTS.contains(script) ? 0755 : 0644)));
    byte[] deb = ar(tar(controls), tar(files));
    Path file = folder.resolve("pool").resolve(name + "_" + version + "_all.deb");
    Files.createDirectories(folder.resolve("pool"));
    Files.write(file, deb);
    packages
        .append(control)
        .append("Filename: pool/%s\n".formatted(file.getFileName()))
        .append("Size: %d\n".formatted(deb.length))
        .append("SHA256: %s\n\n".formatted(Digest.sha256(deb).hex()));
    return file;
  }

  /// Adds a package without scripts.
  public Path add(String name, String version, String fields) throws IOException {
    return add(name, version, fields, Map.of());
  }

  /// Writes index and Release, after the last package.
  ///
  /// @return the Release file
  public Path publish() throws IOException {
    byte[] index = utf8(packages.toString());
    Path distribution = folder.resolve("dists/trixie");
    Files.createDirectories(distribution.resolve(INDEX).resolveSibling(""));
    Files.write(distribution.resolve(INDEX), index);
    String release =
        """
        Origin: Test
        Suite: trixie
        Codename: trixie
        Date: Thu, 01 Jan 2026 00:00:00 UTC
        Architectures: amd64
        Components: main
        SHA256:
         %s %d %s
        """
            .formatted(Digest.sha256(index).hex(), index.length, INDEX);
    return Files.writeString(distribution.resolve("Release"), release);
  }

  /// The archive as a repository that nobody needs to have signed.
  public RepositorySpec unsigned() {
    return new RepositorySpec(
        "mini",
        List.of(folder.toUri()),
        "trixie",
        List.of("main"),
        "amd64",
        new RepositorySpec.Trust.Unsigned(),
        RepositorySpec.Freshness.UNCHECKED,
        RepositorySpec.Presence.REQUIRED);
  }

  private static byte[] tar(SampleTree tree) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TarWriter.write(tree.tree(), tree.contents(), out);
    return out.toByteArray();
  }

  /// The members of a binary package (deb(5)) in an `ar` archive.
  private static byte[] ar(byte[] control, byte[] files) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(utf8("!<arch>\n"));
    member(out, "debian-binary", utf8("2.0\n"));
    member(out, "control.tar", control);
    member(out, "data.tar", files);
    return out.toByteArray();
  }

  private static void member(ByteArrayOutputStream out, String name, byte[] content) {
    out.writeBytes(
        utf8(
            String.format(
                Locale.ROOT,
                "%-16s%-12d%-6d%-6d%-8o%-10d`\n",
                name,
                0,
                0,
                0,
                0100644,
                content.length)));
    out.writeBytes(content);
    if (content.length % 2 == 1) {
      out.write('\n');
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
