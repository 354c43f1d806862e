package io.microvisor.packages.repository;

import io.microvisor.packages.deb.Origin;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.stream.Stream;

/// Where a package can be fetched from, given what a lock says of it: its origin and its file name. Every archive
/// this machine knows is an answer, since the digest decides; those of the package's own suite come first.
///
/// @param specs the repositories this machine knows
public record ArchiveAddresses(List<RepositorySpec> specs) {
  public ArchiveAddresses {
    specs = List.copyOf(specs);
  }

  /// The addresses to try, in order, each once.
  ///
  /// @param filename relative to the archive's root, as in its index
  /// @throws IllegalArgumentException if it leads out of the archive
  public List<URI> of(Origin origin, String filename) {
    for (String part : filename.split("/", -1)) {
      if (part.isEmpty() || part.equals("..")) {
        throw new IllegalArgumentException(
            "file name " + filename + " (expected: one below the archive)");
      }
    }
    SequencedSet<URI> archives = new LinkedHashSet<>();
    Stream<RepositorySpec> own = specs.stream().filter(spec -> spec.suite().equals(origin.suite()));
    Stream.concat(own, specs.stream()).forEach(spec -> archives.addAll(spec.archives()));
    return archives.stream().map(archive -> address(archive, filename)).toList();
  }

  /// File names may hold `+`, `~` and `:`; the last must not be read as a scheme.
  private static URI address(URI archive, String filename) {
    String path = filename.startsWith("./") ? filename.substring(2) : filename;
    StringBuilder quoted = new StringBuilder();
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      boolean plain =
          b >= 'a' && b <= 'z'
              || b >= 'A' && b <= 'Z'
              || b >= '0' && b <= '9'
              || "-._~/+".indexOf(b) >= 0;
      quoted.append(plain ? String.valueOf((char) b) : "%%%02X".formatted(b & 0xff));
    }
    return URI.create(archive + quoted.toString());
  }
}
