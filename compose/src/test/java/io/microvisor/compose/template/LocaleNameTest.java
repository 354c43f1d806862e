package io.microvisor.compose.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.problem.Place;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocaleNameTest {
  private static final List<String> FOLDERS =
      List.of(
          "de",
          "de_AT",
          "de_DE",
          "de@euro",
          "de_AT@euro",
          "en",
          "en_GB",
          "en@quot",
          "pt",
          "pt_BR",
          "sr",
          "sr@latin",
          "zh_CN",
          "zh_TW");

  @ParameterizedTest
  @CsvSource({
    "de, de de_AT de_DE de@euro de_AT@euro",
    "de_DE, de de_DE",
    "de_DE.UTF-8, de de_DE",
    "de_DE.utf8, de de_DE",
    "de_AT@euro, de de_AT de@euro de_AT@euro",
    "sr@latin, sr sr@latin",
    "sr_RS.UTF-8@latin, sr sr@latin",
    "pt_BR, pt pt_BR",
    "zh, zh_CN zh_TW",
    "zh_TW.UTF-8, zh_TW",
    "en_GB.UTF-8, en en_GB",
  })
  void keepsWhatGettextLooksAt(String name, String kept) {
    assertThat(FOLDERS.stream().filter(locale(name)::keeps)).containsExactly(kept.split(" "));
  }

  @Test
  void keepsAllOrNone() {
    assertThat(FOLDERS).allMatch(locale("all")::keeps);
    assertThat(FOLDERS).noneMatch(locale("C.UTF-8")::keeps).noneMatch(locale("POSIX")::keeps);
  }

  @ParameterizedTest
  @CsvSource({
    "C.UTF-8, C.utf8",
    "de_DE.UTF-8, de_DE.utf8",
    "de_DE.utf8, de_DE.utf8",
    "de_DE.ISO-8859-15@euro, de_DE.iso885915@euro"
  })
  void isCalledAsTheCLibraryCallsIt(String name, String compiled) {
    assertThat(locale(name).isLocale()).isTrue();
    assertThat(locale(name).compiled()).isEqualTo(compiled);
  }

  @Test
  void isOfTranslationsAloneWithoutACodeset() {
    assertThat(List.of("de", "pt_BR", "de_AT@euro", "all"))
        .noneMatch(name -> locale(name).isLocale());
  }

  @Test
  void languagesHaveCodesAndNoEnglishNames() {
    for (String name : new String[] {"de", "sgs", "de_AT.UTF-8", "C.UTF-8", "POSIX", "all"}) {
      assertThat(locale(name).hasCode()).as(name).isTrue();
    }
    assertThat(locale("german").hasCode()).isFalse();
    assertThat(locale("german").codes()).containsExactly("de");
    assertThat(locale("French_Canada").codes()).containsExactly("fr");
    assertThat(locale("nonsense").codes()).isEmpty();
  }

  private static LocaleName locale(String name) {
    return new LocaleName(name, Place.startOf("x"));
  }
}
