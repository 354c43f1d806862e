package io.microvisor.packages.unpack;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.ar.ArMember;
import io.microvisor.formats.ar.ArReader;
import io.microvisor.formats.compression.Codec;
import io.microvisor.formats.compression.Decompressor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The outside of a binary package (deb(5)): an ar archive whose first member `debian-binary` says `2.0`, followed by
/// `control.tar` and `data.tar`, each with the suffix of its compression. Members whose name begins with an underscore
/// are passed over.
///
/// @param control the archive of the control files
/// @param data the archive of the files to install
public record DebFile(Part control, Part data) {
  private static final String FORMAT = "Debian package";
  private static final int LARGEST_VERSION = 64;

  /// What deb(5) allows for control.tar.
  private static final Set<Codec> OF_CONTROL = Set.of(Codec.NONE, Codec.GZIP, Codec.XZ, Codec.ZSTD);

  /// What it allows for data.tar: bzip2 and lzma are in old packages, and dpkg still takes them.
  private static final Set<Codec> OF_DATA = Set.of(Codec.values());

  /// Every expansion up to this size is fine; beyond, it must be in proportion to the compressed size.
  private static final long HARMLESS = 256L << 20;

  private static final long LARGEST_RATIO = 512;

  /// A compressed archive inside the package.
  public record Part(Codec codec, ByteSource bytes) {
    /// A stream of the archive, which must be closed.
    ///
    /// @param limit how many bytes it may have at most; less is allowed where the compressed part is so small that
    ///     only a decompression bomb can be that large (more than 256 MiB, and 512 times the compressed size)
    public InputStream open(long limit) throws IOException {
      return open(limit, 0);
    }

    /// A stream of the archive, which must be closed.
    ///
    /// @param announced how many bytes it should have by what the package says of itself: zeros compress to next to nothing,
    ///     so that a large file with holes looks like a bomb. A quarter more is allowed
    InputStream open(long limit, long announced) throws IOException {
      long compressed = Math.min(bytes.size(), Long.MAX_VALUE / LARGEST_RATIO);
      long plausible = Math.max(HARMLESS, compressed * LARGEST_RATIO);
      long asSaid = announced < limit ? announced + announced / 4 : limit;
      return Decompressor.open(codec, bytes, Math.min(limit, Math.max(plausible, asSaid)));
    }
  }

  /// Reads the outside of a package.
  ///
  /// @throws FormatException if it is none, or its version or compression is not known
  public static DebFile read(ByteSource deb) throws IOException {
    Deque<ArMember> members = new ArrayDeque<>(ArReader.read(deb));
    ArMember version = next(members, "debian-binary");
    if (!version.name().equals("debian-binary")) {
      throw FormatException.notThis(
          FORMAT, "its first member is \"" + version.name() + "\" (expected: debian-binary)");
    }
    checkVersion(version.content());
    Part control = part(members, "control.tar", OF_CONTROL);
    Part data = part(members, "data.tar", OF_DATA);
    for (ArMember rest : members) {
      if (!rest.name().startsWith("_")) {
        throw FormatException.damaged(
            FORMAT, 0, "a member \"" + rest.name() + "\" behind data.tar (expected: none)");
      }
    }
    return new DebFile(control, data);
  }

  /// The text of the file `control`; what else is in the package is not looked at.
  ///
  /// @throws FormatException if control.tar is broken or has no such file
  public String stanza() throws IOException {
    try (InputStream archive = control.open(ControlArchive.LARGEST)) {
      return ControlArchive.text(ControlArchive.read(archive.readAllBytes()));
    }
  }

  private static void checkVersion(ByteSource content) throws IOException {
    if (content.size() > LARGEST_VERSION) {
      throw FormatException.damaged(
          FORMAT, 0, "debian-binary of " + content.size() + " bytes (expected: 4)");
    }
    String version =
        new String(content.readAll(LARGEST_VERSION), StandardCharsets.ISO_8859_1).strip();
    if (!version.matches("2\\.[0-9]{1,9}")) {
      throw FormatException.unsupported(
          FORMAT, 0, "format version \"" + version + "\" (expected: 2.0)");
    }
  }

  private static Part part(Deque<ArMember> members, String stem, Set<Codec> allowed)
      throws IOException {
    ArMember member = next(members, stem);
    while (member.name().startsWith("_")) {
      member = next(members, stem);
    }
    if (!member.name().startsWith(stem)) {
      throw FormatException.damaged(
          FORMAT, 0, "a member \"" + member.name() + "\" (expected: " + stem + ")");
    }
    Optional<Codec> codec =
        Codec.ofSuffix(member.name().substring(stem.length())).filter(allowed::contains);
    if (codec.isEmpty()) {
      throw FormatException.unsupported(
          FORMAT,
          0,
          "the compression of %s (expected: %s)"
              .formatted(
                  member.name(),
                  Stream.of(Codec.values())
                      .filter(allowed::contains)
                      .map(each -> each == Codec.NONE ? "none" : each.suffix())
                      .collect(Collectors.joining(", "))));
    }
    return new Part(codec.get(), member.content());
  }

  private static ArMember next(Deque<ArMember> members, String name) throws IOException {
    ArMember next = members.poll();
    if (next == null) {
      throw FormatException.damaged(FORMAT, 0, "no member " + name + " (truncated?)");
    }
    return next;
  }
}
