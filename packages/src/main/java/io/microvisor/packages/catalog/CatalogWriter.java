package io.microvisor.packages.catalog;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Makes the file of a catalogue: packages are added one by one, each text is kept once, and at the end everything is
/// numbered, laid out and copied.
///
/// Not for several threads.
public final class CatalogWriter {
  private static final int TEXTS = PackageRecord.TEXTS;

  private final List<String> texts = new ArrayList<>();
  // The numbers of the texts, at where their hash codes lead or in the next free place behind; 0 is
  // free, for the empty
  // text is not looked for. A map of them would take as much memory as half of the texts.
  private int[] places = new int[1 << 10];

  private int packages;
  // Per package: its texts in the order of the record, its flags, its digest, its two sizes.
  private int[] fields = new int[64 * TEXTS];
  private byte[] flags = new byte[64];
  private byte[] digests = new byte[64 * Digest.SIZE];
  private long[] sizes = new long[64 * 2];

  private int provided;
  // Per provided name: who, which name, which version, which qualifier; 0 for none.
  private int[] provisions = new int[64 * 4];

  /// A writer of a catalogue without packages.
  public CatalogWriter() {
    texts.add("");
  }

  /// Adds a package, whose origin is not kept.
  public void add(DebPackage item) {
    if (packages == flags.length) {
      int more = 2 * packages;
      fields = Arrays.copyOf(fields, more * TEXTS);
      flags = Arrays.copyOf(flags, more);
      digests = Arrays.copyOf(digests, more * Digest.SIZE);
      sizes = Arrays.copyOf(sizes, more * 2);
    }
    String version = item.version().toString();
    String usual = PackageRecord.usualName(item.name(), item.version(), item.architecture());
    int slash = item.filename().lastIndexOf('/') + 1;
    boolean isUsual = item.filename().substring(slash).equals(usual);
    flags[packages] =
        (byte)
            ((item.essential() ? PackageRecord.ESSENTIAL : 0)
                | (item.isProtected() ? PackageRecord.PROTECTED : 0)
                | PackageRecord.PRIORITIES.indexOf(item.priority()) << PackageRecord.PRIORITY_SHIFT
                | PackageRecord.MULTI_ARCHES.indexOf(item.multiArch())
                    << PackageRecord.MULTI_ARCH_SHIFT
                | (isUsual ? PackageRecord.USUAL_NAME : 0));
    System.arraycopy(item.sha256().bytes(), 0, digests, packages * Digest.SIZE, Digest.SIZE);
    int at = packages * TEXTS;
    fields[at++] = number(item.name());
    fields[at++] = number(version);
    fields[at++] = number(item.architecture());
    fields[at++] = number(item.source());
    fields[at++] = number(item.sourceVersion());
    fields[at++] = number(item.preDepends().toString());
    fields[at++] = number(item.depends().toString());
    fields[at++] = number(item.recommends().toString());
    fields[at++] = number(item.suggests().toString());
    fields[at++] = number(item.conflicts().toString());
    fields[at++] = number(item.breaks().toString());
    fields[at++] = number(item.replaces().toString());
    fields[at++] = number(item.provides().toString());
    fields[at++] = number(item.section());
    fields[at++] = number(isUsual ? item.filename().substring(0, slash) : item.filename());
    fields[at] = number(item.sha512());
    sizes[2 * packages] = item.size();
    sizes[2 * packages + 1] = item.installedSize();
    // Read from a copy, which is forgotten: the item may be kept by the caller.
    for (Relation each : ListCatalog.provided(Relations.of(item.provides().toString()))) {
      addProvided(each);
    }
    packages++;
  }

  private void addProvided(Relation each) {
    if (4 * provided == provisions.length) {
      provisions = Arrays.copyOf(provisions, 2 * provisions.length);
    }
    provisions[4 * provided] = packages;
    provisions[4 * provided + 1] = number(each.name());
    provisions[4 * provided + 2] =
        switch (each.versions()) {
          case Relation.Versions.Every _ -> 0;
          case Relation.Versions.Bounded bounded -> number(bounded.bound().toString());
        };
    provisions[4 * provided + 3] = number(each.qualifier());
    provided++;
  }

  private int number(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    if (2 * texts.size() > places.length) {
      places = new int[2 * places.length];
      for (int i = 1; i < texts.size(); i++) {
        places[place(texts.get(i))] = i;
      }
    }
    int place = place(text);
    if (places[place] == 0) {
      places[place] = texts.size();
      texts.add(text);
    }
    return places[place];
  }

  /// Where the number of a text is, or would be.
  private int place(String text) {
    int hash = text.hashCode();
    int place = (hash ^ hash >>> 16) & places.length - 1;
    while (places[place] != 0 && !texts.get(places[place]).equals(text)) {
      place = place + 1 & places.length - 1;
    }
    return place;
  }

  /// The file, for [StoredCatalog#read]; asked for once, after all packages.
  ///
  /// @param index the digest of the index the packages are from
  /// @throws IllegalArgumentException if it would take more than 2 GiB
  public byte[] file(Digest index) {
    // How the texts are numbered in the file: names first and in order.
    int[] renumbered = new int[texts.size()];
    int names = renumber(renumbered);
    for (int i = 0; i < packages * TEXTS; i++) {
      fields[i] = renumbered[fields[i]];
    }
    for (int i = 0; i < provided; i++) {
      provisions[4 * i + 1] = renumbered[provisions[4 * i + 1]];
      provisions[4 * i + 2] = renumbered[provisions[4 * i + 2]];
      provisions[4 * i + 3] = renumbered[provisions[4 * i + 3]];
    }

    int[] textStarts = new int[texts.size() + 1];
    for (int i = 0; i < texts.size(); i++) {
      textStarts[i + 1] = Math.addExact(textStarts[i], encodedSize(texts.get(i)));
    }
    int essential = 0;
    int[] recordStarts = new int[packages + 1];
    for (int i = 0; i < packages; i++) {
      essential += flags[i] & PackageRecord.ESSENTIAL;
      recordStarts[i + 1] = Math.addExact(recordStarts[i], recordSize(i));
    }
    CatalogLayout layout =
        new CatalogLayout(
            index,
            packages,
            names,
            texts.size(),
            textStarts[texts.size()],
            provided,
            essential,
            recordStarts[packages]);
    ByteBuffer file = ByteBuffer.allocate(layout.size());
    putAll(file.position(layout.textStarts()), textStarts);
    file.position(layout.charactersStart());
    texts.forEach(text -> file.put(text.getBytes(StandardCharsets.UTF_8)));
    putHashes(file.position(layout.hashes()), names);
    putNamed(file, layout);
    putProviders(file, layout);
    putEssential(file.position(layout.essentials()));
    putPriorities(file, layout);
    putAll(file.position(layout.recordStarts()), recordStarts);
    putRecords(file.array(), layout.recordsStart());
    layout.seal(file.array());
    return file.array();
  }

  /// Sorts `texts`: the empty one, names, others; says which number each had becomes. Returns how many names there are.
  private int renumber(int[] renumbered) {
    boolean[] isName = new boolean[texts.size()];
    for (int i = 0; i < packages; i++) {
      isName[fields[i * TEXTS]] = true;
    }
    for (int i = 0; i < provided; i++) {
      isName[provisions[4 * i + 1]] = true;
    }
    List<String> sorted = new ArrayList<>();
    for (int i = 0; i < isName.length; i++) {
      if (isName[i]) {
        sorted.add(texts.get(i));
      }
    }
    sorted.sort(null);
    int names = sorted.size();
    List<String> all = new ArrayList<>(texts.size());
    all.add("");
    for (String name : sorted) {
      renumbered[number(name)] = all.size();
      all.add(name);
    }
    for (int i = 1; i < isName.length; i++) {
      if (!isName[i]) {
        renumbered[i] = all.size();
        all.add(texts.get(i));
      }
    }
    texts.clear();
    texts.addAll(all);
    places = new int[0];
    return names;
  }

  /// How many bytes a text takes as UTF-8.
  private static int encodedSize(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return text.getBytes(StandardCharsets.UTF_8).length;
      }
    }
    return text.length();
  }

  private void putHashes(ByteBuffer file, int names) {
    long[] hashes = new long[names];
    for (int i = 0; i < names; i++) {
      hashes[i] = (long) texts.get(i + 1).hashCode() << 32 | i + 1;
    }
    Arrays.sort(hashes);
    for (long hash : hashes) {
      file.putLong(hash);
    }
  }

  /// Where those with each key begin when all are ordered by key, and at the end how many there are.
  private static int[] starts(int[] keys, int most) {
    int[] starts = new int[most + 1];
    for (int key : keys) {
      starts[key + 1]++;
    }
    for (int i = 0; i < most; i++) {
      starts[i + 1] += starts[i];
    }
    return starts;
  }

  private void putNamed(ByteBuffer file, CatalogLayout layout) {
    int[] keys = new int[packages];
    Arrays.setAll(keys, i -> fields[i * TEXTS] - 1);
    int[] starts = starts(keys, layout.names());
    putAll(file.position(layout.namedStarts()), starts);
    for (int i = 0; i < packages; i++) {
      file.putInt(layout.named() + 4 * starts[keys[i]]++, i);
    }
  }

  private void putProviders(ByteBuffer file, CatalogLayout layout) {
    int[] keys = new int[provided];
    Arrays.setAll(keys, i -> provisions[4 * i + 1] - 1);
    int[] starts = starts(keys, layout.names());
    putAll(file.position(layout.providerStarts()), starts);
    for (int i = 0; i < provided; i++) {
      int at = layout.providers() + 12 * starts[keys[i]]++;
      file.putInt(at, provisions[4 * i]);
      file.putInt(at + 4, provisions[4 * i + 2]);
      file.putInt(at + 8, provisions[4 * i + 3]);
    }
  }

  private void putEssential(ByteBuffer file) {
    for (int i = 0; i < packages; i++) {
      if ((flags[i] & PackageRecord.ESSENTIAL) != 0) {
        file.putInt(i);
      }
    }
  }

  private void putPriorities(ByteBuffer file, CatalogLayout layout) {
    int[] keys = new int[packages];
    Arrays.setAll(keys, i -> flags[i] >> PackageRecord.PRIORITY_SHIFT & 7);
    int[] starts = starts(keys, CatalogLayout.PRIORITIES);
    putAll(file.position(layout.priorityStarts()), starts);
    for (int i = 0; i < packages; i++) {
      file.putInt(layout.priorities() + 4 * starts[keys[i]]++, i);
    }
  }

  private int recordSize(int position) {
    int size = 1 + Digest.SIZE;
    for (int i = position * TEXTS; i < (position + 1) * TEXTS; i++) {
      size += PackageRecord.width(fields[i]);
    }
    return size
        + PackageRecord.width(sizes[2 * position])
        + PackageRecord.width(sizes[2 * position + 1]);
  }

  private void putRecords(byte[] file, int start) {
    int at = start;
    for (int position = 0; position < packages; position++) {
      file[at++] = flags[position];
      System.arraycopy(digests, position * Digest.SIZE, file, at, Digest.SIZE);
      at += Digest.SIZE;
      for (int i = position * TEXTS; i < (position + 1) * TEXTS; i++) {
        at = PackageRecord.write(file, at, fields[i]);
      }
      at = PackageRecord.write(file, at, sizes[2 * position]);
      at = PackageRecord.write(file, at, sizes[2 * position + 1]);
    }
  }

  private static void putAll(ByteBuffer file, int[] numbers) {
    for (int number : numbers) {
      file.putInt(number);
    }
  }
}
