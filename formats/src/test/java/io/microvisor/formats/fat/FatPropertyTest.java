package io.microvisor.formats.fat;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class FatPropertyTest {
  @Property(tries = 150)
  void anyTreeIsReadBack(@ForAll("trees") FatFixture fixture) throws IOException {
    FatVolume volume = FatReader.open(fixture.written());
    assertThat(volume.tree()).isEqualTo(fixture.tree());
  }

  @Property(tries = 150)
  void clustersAreApartAndShortNamesUnique(@ForAll("trees") FatFixture fixture) {
    FatLayout layout = FatLayout.of(fixture.spec());
    long next = 2;
    Set<String> names = new HashSet<>();
    for (FatLayout.Placed placed : layout.placed()) {
      if (placed.clusters() > 0) {
        assertThat(placed.firstCluster()).isEqualTo(next);
        next += placed.clusters();
      }
      assertThat(names.add(placed.path().parent() + "/" + placed.shortName())).isTrue();
    }
    assertThat(next - 2).isEqualTo(layout.usedClusters());
    assertThat(next).isLessThanOrEqualTo(layout.geometry().clusters() + 2);
  }

  private record Wanted(List<String> path, int size) {}

  @Provide
  Arbitrary<FatFixture> trees() {
    return Combinators.combine(names().list().ofMinSize(1).ofMaxSize(4), sizes())
        .as(Wanted::new)
        .list()
        .ofMaxSize(40)
        .map(FatPropertyTest::fixture);
  }

  private static Arbitrary<Integer> sizes() {
    return Arbitraries.oneOf(
        Arbitraries.of(0, 1, 511, 512, 513, 1024), Arbitraries.integers().between(0, 9000));
  }

  private static Arbitrary<String> names() {
    return Arbitraries.oneOf(
        Arbitraries.of("EFI", "BOOT", "README.TXT", "readme.txt", "LONGFI~1.TXT", "a", "A", "b"),
        Arbitraries.strings().withChars("longfilename").ofMinLength(9).ofMaxLength(16),
        Arbitraries.strings().withChars("aB.~ 1+_").ofMinLength(1).ofMaxLength(30),
        Arbitraries.strings().withChars("ßsSıIiéÉ漢ſK\u212a").ofMinLength(1).ofMaxLength(12),
        Arbitraries.of("😀", "a😀b", "twelve chars😀", "x😀".repeat(40)),
        Arbitraries.integers().between(1, 85).map("xyz"::repeat));
  }

  /// Leaves out what a FAT refuses: bad names, names that differ in case only, and files in the way of directories.
  private static FatFixture fixture(List<Wanted> wanted) {
    FatFixture fixture = new FatFixture();
    Set<String> folded = new HashSet<>();
    Set<TreePath> directories = new HashSet<>();
    next:
    for (Wanted file : wanted) {
      TreePath at = TreePath.ROOT;
      for (int i = 0; i < file.path.size(); i++) {
        String name = file.path.get(i);
        if (!ShortNames.wrong(name).isEmpty()) {
          continue next;
        }
        at = at.resolve(name);
        boolean last = i == file.path.size() - 1;
        boolean known = directories.contains(at);
        if (known ? last : !folded.add(at.parent() + "/" + ShortNames.fold(name))) {
          continue next;
        }
        if (!last && directories.add(at)) {
          fixture.emptyDirectory(at.toString());
        }
      }
      fixture.file(at.toString(), file.size);
    }
    return fixture;
  }
}
