package io.microvisor.compose.rootfs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.StructReader;
import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.LocaleName;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The locales that the C library finds in an image: folders below `/usr/lib/locale`, and the names in `locale-archive`,
/// which locale-gen makes.
///
/// The archive begins so, in the byte order of the machine (glibc's `locale/locarchive.h`); of it only the names are read:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | `magic`: 0xde020109 |
/// | 4 | 4 | `serial` |
/// | 8 | 12 | `namehash_offset`, `namehash_used`, `namehash_size` |
/// | 20 | 12 | `string_offset`, `string_used`, `string_size` |
final class CompiledLocales {
  private static final String FOLDER = "usr/lib/locale/";
  private static final String ARCHIVE = FOLDER + "locale-archive";
  private static final int MAGIC = 0xde020109;
  private static final int HEAD = 32;
  private static final int LONGEST_NAMES = 1 << 20;

  private CompiledLocales() {}

  /// A problem for each locale that the template names and the image lacks.
  static List<Problem> check(RootEditor root, List<LocaleName> wanted) throws IOException {
    List<Problem> problems = new ArrayList<>();
    List<LocaleName> locales = wanted.stream().filter(LocaleName::isLocale).toList();
    Set<String> there = locales.isEmpty() ? Set.of() : of(root);
    for (LocaleName locale : locales) {
      if (!there.contains(locale.compiled())) {
        String name = locale.text();
        String supported = name.replaceFirst("(?i)\\.utf-?8", ".UTF-8"); // as in SUPPORTED
        problems.add(
            Problem.of(
                Code.UNKNOWN_LOCALE,
                locale.place(),
                "locales: %s: the image has no such locale (expected: %s)"
                    .formatted(
                        name,
                        there.isEmpty()
                            ? "a language, such as de"
                            : String.join(", ", there) + ", or a language, such as de"),
                "to have it made: packages: [locales], and debconf: [\"locales"
                    + " locales/locales_to_be_generated multiselect "
                    + supported
                    + " "
                    + supported.replaceAll(".*\\.|@.*", "")
                    + "\"]"));
      }
    }
    return problems;
  }

  /// All of them, by name: `de_DE.utf8`.
  static Set<String> of(RootEditor root) throws IOException {
    Set<String> names = new TreeSet<>();
    for (FileTree.Entry entry : root.children(FOLDER)) {
      if (entry.inode() instanceof Inode.Directory) {
        names.add(entry.path().name());
      }
    }
    if (root.find(ARCHIVE).orElse(null) instanceof Inode.RegularFile file) {
      names.addAll(archived(root.contents().open(file.content())));
    }
    return names;
  }

  private static List<String> archived(ByteSource archive) throws IOException {
    if (archive.size() < HEAD) {
      return List.of();
    }
    StructReader head = StructReader.read("locale archive", archive, 0, HEAD);
    long magic = head.at(0).u32le();
    long offset = head.at(20).u32le();
    long used = head.at(24).u32le();
    if (magic != Integer.toUnsignedLong(MAGIC)
        || used > LONGEST_NAMES
        || offset + used > archive.size()) {
      return List.of(); // Not what this C library reads either.
    }
    ByteBuffer names = ByteBuffer.allocate((int) used);
    archive.readFully(offset, names);
    return Arrays.asList(new String(names.array(), StandardCharsets.UTF_8).split("\0", -1));
  }
}
