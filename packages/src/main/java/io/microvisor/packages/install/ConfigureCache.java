package io.microvisor.packages.install;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreeCodec;
import io.microvisor.store.Pack;
import io.microvisor.store.PackWriter;
import io.microvisor.store.Packs;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Remembers configured systems by the fingerprint of their [ConfigureSpec], one pack each: the contents that scripts
/// made, named by their digests, and the whole tree as the pack's note. What is a package's stays in the package's pack.
public final class ConfigureCache {
  private final Packs packs;

  /// A cache among the given packs.
  public ConfigureCache(Packs packs) {
    this.packs = packs;
  }

  /// The configured system for these inputs, if it was made before.
  public Optional<Configured> find(ConfigureSpec spec) throws IOException {
    try {
      Optional<Pack> pack = packs.find(spec.fingerprint());
      return pack.isEmpty() ? Optional.empty() : Optional.of(read(pack.get(), spec));
    } catch (FormatException _) {
      return Optional.empty(); // A damaged pack is made again, which heals it.
    }
  }

  private static Configured read(Pack pack, ConfigureSpec spec) throws IOException {
    FileTree tree = TreeCodec.read(new ByteArrayInputStream(pack.note()));
    ContentSource contents = pack.contents().or(spec.merged().contents());
    return new Configured(tree, contents);
  }

  /// The configured system for these inputs, made now if it was not made before; see [Configure#configure].
  public Configured configure(Configure configure, ConfigureSpec spec, Consumer<String> listener)
      throws IOException, InterruptedException {
    Optional<Configured> known = find(spec);
    if (known.isPresent()) {
      return known.get();
    }
    Map<Digest, Long> created = new TreeMap<>();
    try (PackWriter writer = packs.begin(spec.fingerprint())) {
      FileTree tree =
          configure.configure(
              spec,
              (content, size) -> {
                Digest digest = writer.add(content, size);
                created.put(digest, size);
                return digest;
              },
              listener);
      FileTree.Builder names = FileTree.builder();
      created.forEach((digest, size) ->
          names.put(digest.hex(), new Inode.RegularFile(Meta.of(0444), digest, size)));
      ByteArrayOutputStream note = new ByteArrayOutputStream();
      TreeCodec.write(tree, note);
      return read(writer.commit(names.build(), note.toByteArray()), spec);
    }
  }
}
