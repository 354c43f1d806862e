package io.microvisor.packages.repository;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Logins;
import io.microvisor.formats.compression.Decompressor;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.fetch.Small;
import io.microvisor.packages.fetch.Validators;
import io.microvisor.store.Actions;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/// Puts the mirrors of apt's mirror lists (`mirror+file:`, `mirror+http:`, `mirror+https:`, and `mirror:` which is the
/// second) in place of the lists' addresses. The last list that a server gave stands in while it gives none.
///
/// Not for several threads.
public final class MirrorLists {
  private static final int LARGEST = 1 << 20;

  private final Downloader downloader;
  private final Actions cache;
  private final Map<URI, MirrorList> read = new HashMap<>();

  /// Lists fetched with `downloader`, remembered in `cache`.
  public MirrorLists(Downloader downloader, Actions cache) {
    this.downloader = downloader;
    this.cache = cache;
  }

  /// Whether an address is one of a mirror list.
  static boolean isList(URI address) {
    String scheme = String.valueOf(address.getScheme());
    return scheme.equals("mirror") || scheme.startsWith("mirror+");
  }

  /// The repositories with mirrors for Release files and indexes.
  ///
  /// @throws IOException if a list cannot be had, or has no mirror for a repository
  public List<RepositorySpec> forIndexes(List<RepositorySpec> specs)
      throws IOException, InterruptedException {
    return resolve(specs, MirrorList.Use.INDEX);
  }

  /// The repositories with mirrors for packages.
  ///
  /// @throws IOException if a list cannot be had, or has no mirror for a repository
  public List<RepositorySpec> forPackages(List<RepositorySpec> specs)
      throws IOException, InterruptedException {
    return resolve(specs, MirrorList.Use.DEB);
  }

  private List<RepositorySpec> resolve(List<RepositorySpec> specs, MirrorList.Use use)
      throws IOException, InterruptedException {
    List<RepositorySpec> all = new ArrayList<>();
    for (RepositorySpec spec : specs) {
      all.add(spec.archives().stream().anyMatch(MirrorLists::isList) ? resolve(spec, use) : spec);
    }
    return List.copyOf(all);
  }

  private RepositorySpec resolve(RepositorySpec spec, MirrorList.Use use)
      throws IOException, InterruptedException {
    SequencedSet<URI> archives = new LinkedHashSet<>();
    List<String> notes = new ArrayList<>();
    for (URI archive : spec.archives()) {
      if (isList(archive)) {
        MirrorList list = list(archive);
        notes.addAll(list.notes());
        list.mirrors().stream()
            .filter(mirror -> mirror.serves(spec, use))
            .map(MirrorList.Mirror::address)
            .forEach(archives::add);
      } else {
        archives.add(archive);
      }
    }
    if (archives.isEmpty()) {
      throw new IOException(
          "repository %s: its mirror list %s has no mirror for %s%s (expected: one a line)"
              .formatted(
                  spec.name(),
                  spec.archives().getFirst(),
                  spec.suite(),
                  notes.isEmpty() ? "" : "; " + String.join("; ", notes)));
    }
    return spec.withArchives(List.copyOf(archives));
  }

  private MirrorList list(URI archive) throws IOException, InterruptedException {
    MirrorList known = read.get(archive);
    if (known != null) {
      return known;
    }
    // A repository's address ends with a slash, a list's does not.
    String text = archive.toString().replaceFirst("/$", "");
    String address =
        text.startsWith("mirror+")
            ? text.substring("mirror+".length())
            : "http" + text.substring(6);
    boolean local = address.startsWith("file:") || address.startsWith("copy:");
    byte[] bytes =
        local ? local(text, address.replaceFirst("^copy:", "file:")) : fetched(text, address);
    MirrorList list = MirrorList.parse(Logins.hidden(text), expanded(address, bytes), local);
    read.put(archive, list);
    return list;
  }

  private static byte[] local(String list, String address) throws IOException {
    try {
      return ByteSource.of(Path.of(URI.create(address))).readAll(LARGEST);
    } catch (IOException e) {
      throw new IOException("mirror list " + Logins.hidden(list) + ": cannot be read: " + e, e);
    }
  }

  private byte[] fetched(String list, String address) throws IOException, InterruptedException {
    Digest key = Digest.sha256("mirror-list-1\0" + address);
    try {
      if (downloader.small(list, URI.create(address), LARGEST, Validators.NONE)
          instanceof Small.Fresh(byte[] content, Validators _)) {
        cache.put(key, content);
        return content;
      }
      throw new IOException(
          "mirror list " + Logins.hidden(list) + ": it is not there (expected: a text file)");
    } catch (IOException e) {
      Optional<byte[]> kept = cache.find(key);
      if (kept.isPresent()) {
        return kept.get();
      }
      throw e;
    }
  }

  private static String expanded(String name, byte[] bytes) throws IOException {
    try (InputStream stream =
        Decompressor.open(PackageIndex.compression(name), ByteSource.of(bytes), LARGEST)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
