package io.microvisor.formats.fat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShortNamesTest {
  @ParameterizedTest
  @CsvSource({
    "BOOTX64.EFI, 'BOOTX64 EFI'",
    "README, 'README     '",
    "loader.conf, 'LOADER~1CON'",
    "bootx64.efi, 'BOOTX64 EFI'",
    "edge_1.0.0+3.efi, 'EDGE_1~1EFI'",
    ".hidden, 'HIDDEN~1   '",
    "a b.txt, 'AB~1    TXT'",
    "ß.txt, '_~1     TXT'",
    "日本, '__~1       '",
    "x.tar.gz, 'XTAR~1  GZ '",
    "'...', 'refused'"
  })
  void aliasesAreThoseOfTheSpecification(String name, String alias) {
    if (alias.equals("refused")) {
      assertThat(ShortNames.wrong(name)).contains("dot");
    } else {
      assertThat(ShortNames.of(List.of(name), "/")).containsExactlyEntriesOf(Map.of(name, alias));
    }
  }

  @Test
  void aliasesKeepAwayFromRealNames() {
    Map<String, String> names =
        ShortNames.of(List.of("longfilename.txt", "LONGFI~1.TXT", "longfi~2.txt"), "/");
    assertThat(names)
        .containsEntry("LONGFI~1.TXT", "LONGFI~1TXT")
        .containsEntry("longfi~2.txt", "LONGFI~2TXT")
        .containsEntry("longfilename.txt", "LONGFI~3TXT");
  }

  @Test
  void thousandsOfAlikeNamesGetAliasesOfTheirOwn() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 12_000; i++) {
      names.add("some long name " + i + ".txt");
    }
    Map<String, String> aliases = ShortNames.of(names, "/");
    assertThat(aliases.values()).doesNotHaveDuplicates().allMatch(alias -> alias.length() == 11);
    assertThat(aliases).containsEntry("some long name 11999.txt", "SO~12000TXT");
  }

  @Test
  void lettersWhoseCapitalsAreAsciiDoNotCollide() {
    assertThat(ShortNames.of(List.of("ß.txt", "ss.txt", "ßß.txt", "ssss.txt"), "/").values())
        .doesNotHaveDuplicates();
  }
}
