package io.microvisor.packages.catalog;

import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import io.microvisor.packages.deb.Origin;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.zip.CRC32;

/// The words of packages by which people search, apart from a catalogue because a solution has no use for them. Numbers
/// are unsigned and big-endian.
///
/// | field | offset | size | meaning |
/// |---|---|---|---|
/// | magic | 0 | 8 | `EMTSRC01` |
/// | checksum | 8 | 4 | CRC-32 (that of zip) of all that follows |
/// | packages | 12 | 4 | how many packages there are |
/// | lines | 16 | the rest | UTF-8: name, version and summary of each package, a line feed after each of the three |
public final class SearchText {
  private static final String FORMAT = "search text";
  private static final String MAGIC = "EMTSRC01";
  private static final int HEADER_SIZE = 16;
  private static final int CHECKED_FROM = 12;

  private final byte[] file;

  private SearchText(byte[] file) {
    this.file = file;
  }

  /// The text from its file, which becomes its own.
  ///
  /// @throws FormatException if a bit of the file is not as it was written
  public static SearchText read(byte[] file) throws FormatException {
    if (file.length < HEADER_SIZE) {
      throw FormatException.damaged(FORMAT, file.length, "ends here (expected: 16 bytes or more)");
    }
    StructReader header = StructReader.of(FORMAT, file);
    if (!header.at(0).ascii(8).equals(MAGIC)) {
      throw FormatException.notThis(FORMAT, "no \"" + MAGIC + "\" at byte 0");
    }
    long checksum = header.at(8).u32be();
    if (checksum != checksum(file)) {
      throw FormatException.damaged(
          FORMAT, 8, "checksum 0x%08x (expected: 0x%08x)".formatted(checksum(file), checksum));
    }
    return new SearchText(file);
  }

  /// The file, for [#read].
  public byte[] file() {
    return file.clone();
  }

  private static long checksum(byte[] file) {
    CRC32 crc = new CRC32();
    crc.update(file, CHECKED_FROM, file.length - CHECKED_FROM);
    return crc.getValue();
  }

  /// Collects the words of packages.
  ///
  /// Not for several threads.
  public static final class Writer {
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private int packages;

    /// A writer of no packages.
    public Writer() {
      lines.writeBytes(new byte[HEADER_SIZE]);
    }

    /// Adds the next package of the catalogue.
    ///
    /// @param description the field of this name; of its lines the first is kept
    public void add(String name, String version, String description) {
      int end = description.indexOf('\n');
      line(name);
      line(version);
      line(end < 0 ? description : description.substring(0, end).strip());
      packages++;
    }

    private void line(String text) {
      lines.writeBytes(text.replace('\n', ' ').getBytes(StandardCharsets.UTF_8));
      lines.write('\n');
    }

    /// The text of all that was added.
    public SearchText text() {
      byte[] bytes = lines.toByteArray();
      StructWriter header = StructWriter.ofSize(HEADER_SIZE);
      header.at(0).ascii(MAGIC, 8);
      header.at(8).u32be(0);
      header.at(12).u32be(packages);
      System.arraycopy(header.toBytes(), 0, bytes, 0, HEADER_SIZE);
      StructWriter checksum = StructWriter.ofSize(4).at(0).u32be(checksum(bytes));
      System.arraycopy(checksum.toBytes(), 0, bytes, 8, 4);
      return new SearchText(bytes);
    }
  }

  /// The packages that all words fit, in upper or lower case. For each word counts how well it fits: as the name, as
  /// the beginning of the name, as part of it, or as part of the summary. Where that is the same, names are in order.
  /// Blank words do not count, and without any word nothing is found.
  ///
  /// @param origins of the packages, by their position in the catalogue
  List<SearchHit> search(List<String> words, IntFunction<Origin> origins) {
    List<String> wanted = wanted(words);
    if (wanted.isEmpty()) {
      return List.of();
    }
    List<SearchHit> hits = new ArrayList<>();
    String lines = new String(file, HEADER_SIZE, file.length - HEADER_SIZE, StandardCharsets.UTF_8);
    int position = 0;
    for (int at = 0; at < lines.length(); position++) {
      int name = lines.indexOf('\n', at);
      int version = lines.indexOf('\n', name + 1);
      int summary = lines.indexOf('\n', version + 1);
      String named = lines.substring(at, name);
      String says = lines.substring(version + 1, summary);
      if (rank(named, says, wanted).isPresent()) {
        hits.add(
            new SearchHit(
                named, lines.substring(name + 1, version), says, origins.apply(position)));
      }
      at = summary + 1;
    }
    return sorted(hits, wanted);
  }

  /// What was found in several texts, best first; where it is the same, in the order of the texts.
  static List<SearchHit> merged(List<String> words, List<List<SearchHit>> found) {
    List<SearchHit> all = new ArrayList<>();
    found.forEach(all::addAll);
    return sorted(all, wanted(words));
  }

  private static List<SearchHit> sorted(List<SearchHit> hits, List<String> wanted) {
    hits.sort(
        Comparator.comparingInt(
                (SearchHit hit) -> rank(hit.name(), hit.summary(), wanted).orElseThrow())
            .thenComparing(SearchHit::name));
    return List.copyOf(hits);
  }

  private static List<String> wanted(List<String> words) {
    return words.stream()
        .map(word -> word.strip().toLowerCase(Locale.ROOT))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /// How badly words fit, summed up; empty if one does not fit at all.
  private static OptionalInt rank(String name, String summary, List<String> wanted) {
    String lowerName = name.toLowerCase(Locale.ROOT);
    String lowerSummary = summary.toLowerCase(Locale.ROOT);
    int sum = 0;
    for (String word : wanted) {
      int at = lowerName.indexOf(word);
      if (at < 0 && !lowerSummary.contains(word)) {
        return OptionalInt.empty();
      }
      sum += at < 0 ? 3 : at > 0 ? 2 : lowerName.length() > word.length() ? 1 : 0;
    }
    return OptionalInt.of(sum);
  }
}
