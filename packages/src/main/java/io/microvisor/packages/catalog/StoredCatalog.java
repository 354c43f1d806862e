package io.microvisor.packages.catalog;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.deb.Priority;
import io.microvisor.packages.deb.Relation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A catalogue as a [CatalogWriter] made it. It is one array in memory, and what is not asked for is never looked at.
public final class StoredCatalog implements PackageCatalog {
  /// Where the search text of a catalogue comes from when somebody searches.
  @FunctionalInterface
  public interface SearchSource {
    /// The text, of the same packages in the same order.
    SearchText open() throws IOException, InterruptedException;
  }

  private static final Relation.Versions EVERY = new Relation.Versions.Every();

  private final CatalogLayout layout;
  private final byte[] bytes;
  private final ByteBuffer file;
  private final Origin origin;
  private final SearchSource searchable;
  private final List<LeftOut> leftOut;
  // Each text once it was asked for. Two threads may make the same one; either is as good.
  private final @Nullable String[] texts;

  private StoredCatalog(
      CatalogLayout layout,
      byte[] bytes,
      Origin origin,
      SearchSource searchable,
      List<LeftOut> leftOut) {
    this.layout = layout;
    this.bytes = bytes;
    this.file = ByteBuffer.wrap(bytes);
    this.origin = origin;
    this.searchable = searchable;
    this.leftOut = List.copyOf(leftOut);
    this.texts = new String[layout.texts()];
  }

  /// A catalogue from its file.
  ///
  /// @param file becomes the catalogue's own
  /// @param index the digest of the index it must be made from
  /// @param origin of its packages
  /// @throws FormatException if a bit of the file is not as it was written, or it is of another index
  public static StoredCatalog read(
      byte[] file, Digest index, Origin origin, SearchSource searchable) throws FormatException {
    return read(file, index, origin, searchable, List.of());
  }

  /// The same of an index from which something was left out.
  public static StoredCatalog read(
      byte[] file, Digest index, Origin origin, SearchSource searchable, List<LeftOut> leftOut)
      throws FormatException {
    CatalogLayout layout = CatalogLayout.read(file);
    if (!layout.index().equals(index)) {
      throw FormatException.notThis(
          "package catalogue", "it is of index " + layout.index() + " (expected: " + index + ")");
    }
    return new StoredCatalog(layout, file, origin, searchable, leftOut);
  }

  @Override
  public List<LeftOut> leftOut() {
    return leftOut;
  }

  @Override
  public int size() {
    return layout.packages();
  }

  @Override
  public DebPackage item(int position) {
    Objects.checkIndex(position, layout.packages());
    int start = file.getInt(layout.recordStarts() + 4 * position);
    return PackageRecord.read(bytes, layout.recordsStart() + start, this::text, origin);
  }

  @Override
  public int[] named(String name) {
    int number = find(name);
    return number == 0
        ? new int[0]
        : positions(layout.namedStarts() + 4 * (number - 1), layout.named());
  }

  @Override
  public List<Provided> providers(String name) {
    int number = find(name);
    if (number == 0) {
      return List.of();
    }
    int from = file.getInt(layout.providerStarts() + 4 * (number - 1));
    int to = file.getInt(layout.providerStarts() + 4 * number);
    List<Provided> providers = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      int at = layout.providers() + 12 * i;
      int version = file.getInt(at + 4);
      Relation.Versions versions =
          version == 0
              ? EVERY
              : new Relation.Versions.Bounded(
                  Relation.Operator.EQUAL, PackageRecord.version(text(version)));
      providers.add(
          new Provided(
              file.getInt(at), new Relation(text(number), text(file.getInt(at + 8)), versions)));
    }
    return providers;
  }

  @Override
  public List<String> names() {
    return names(layout.namedStarts());
  }

  @Override
  public List<String> providedNames() {
    return names(layout.providerStarts());
  }

  @Override
  public int[] essential() {
    return positions(0, layout.essential(), layout.essentials());
  }

  @Override
  public int[] ofPriority(Priority priority) {
    return positions(
        layout.priorityStarts() + 4 * PackageRecord.PRIORITIES.indexOf(priority),
        layout.priorities());
  }

  @Override
  public List<SearchHit> search(List<String> words) throws IOException, InterruptedException {
    return searchable.open().search(words, _ -> origin);
  }

  /// The names for which a section has entries.
  private List<String> names(int starts) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < layout.names(); i++) {
      if (file.getInt(starts + 4 * i) < file.getInt(starts + 4 * i + 4)) {
        names.add(text(i + 1));
      }
    }
    return names;
  }

  /// Positions out of a section.
  ///
  /// @param bounds where the file says from which to which entry
  private int[] positions(int bounds, int section) {
    return positions(file.getInt(bounds), file.getInt(bounds + 4), section);
  }

  private int[] positions(int from, int to, int section) {
    int[] positions = new int[to - from];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = file.getInt(section + 4 * (from + i));
    }
    return positions;
  }

  /// The number of a name, 0 if it is none.
  private int find(String name) {
    int hash = name.hashCode();
    int from = 0;
    int to = layout.names();
    while (from < to) {
      int middle = from + to >>> 1;
      int at = layout.hashes() + 8 * middle;
      int number = file.getInt(at + 4);
      int order = Integer.compare(file.getInt(at), hash);
      if (order == 0) {
        order = text(number).compareTo(name);
      }
      if (order == 0) {
        return number;
      }
      if (order < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return 0;
  }

  private String text(int number) {
    String known = texts[number];
    if (known == null) {
      int from = file.getInt(layout.textStarts() + 4 * number);
      int to = file.getInt(layout.textStarts() + 4 * number + 4);
      known = new String(bytes, layout.charactersStart() + from, to - from, StandardCharsets.UTF_8);
      texts[number] = known;
    }
    return known;
  }
}
