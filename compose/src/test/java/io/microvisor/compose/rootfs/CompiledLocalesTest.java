package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.StructWriter;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.LocaleName;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CompiledLocalesTest {
  private final RootEditor root =
      new RootEditor(FileTree.builder().build(), ContentSource.of(Map.of()), 0);

  @Test
  void findsFoldersAndNamesInTheArchive() throws IOException {
    root.directory("usr/lib/locale/C.utf8", Meta.of(0755));
    root.write("usr/lib/locale/locale-archive", Meta.of(0644), archive("de_DE.utf8\0en_GB.utf8\0"));

    assertThat(CompiledLocales.of(root)).contains("C.utf8", "de_DE.utf8", "en_GB.utf8");
    assertThat(check("de_DE.UTF-8", "C.UTF-8", "en_GB.utf8", "fr", "pt_BR")).isEmpty();
  }

  @Test
  void saysHowToGetOneThatIsMissing() throws IOException {
    root.directory("usr/lib/locale/C.utf8", Meta.of(0755));

    assertThat(check("de_DE.UTF-8", "fr"))
        .singleElement()
        .hasToString(
            "x:1:1: locales: de_DE.UTF-8: the image has no such locale (expected: C.utf8, or a language, such"
                + " as de)\n"
                + "  advice: to have it made: packages: [locales], and debconf: [\"locales"
                + " locales/locales_to_be_generated multiselect de_DE.UTF-8 UTF-8\"]");
  }

  @Test
  void advisesTheNameThatLocalesKnowsWhateverTheSpelling() throws IOException {
    for (String spelled : List.of("de_DE.utf8", "de_DE.UTF8", "de_DE.utf-8")) {
      assertThat(check(spelled))
          .singleElement()
          .extracting(Object::toString)
          .asString()
          .contains("multiselect de_DE.UTF-8 UTF-8\"]");
    }
  }

  @Test
  void believesNoArchiveThatTheCLibraryWouldNotRead() throws IOException {
    byte[] whole = archive("de_DE.utf8\0");
    for (int length = 0; length < whole.length; length++) {
      root.write("usr/lib/locale/locale-archive", Meta.of(0644), Arrays.copyOf(whole, length));
      assertThat(CompiledLocales.of(root)).doesNotContain("de_DE.utf8");
    }
  }

  private static byte[] archive(String names) {
    return StructWriter.ofSize(32 + names.length())
        .u32le(0xde020109L)
        .u32le(1)
        .zeros(12)
        .u32le(32)
        .u32le(names.length())
        .u32le(names.length())
        .bytes(names.getBytes(StandardCharsets.US_ASCII))
        .toBytes();
  }

  private List<Problem> check(String... names) throws IOException {
    return CompiledLocales.check(
        root, Stream.of(names).map(name -> new LocaleName(name, Place.startOf("x"))).toList());
  }
}
