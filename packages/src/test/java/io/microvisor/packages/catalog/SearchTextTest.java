package io.microvisor.packages.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.Origin;
import io.microvisor.testkit.Malformed;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SearchTextTest {
  private static final Origin ORIGIN = new Origin("Debian", "trixie", "main");

  @Test
  void ranksTheNameBeforeItsBeginningItsMiddleAndTheSummary() {
    assertThat(names(text(), "vim")).containsExactly("vim", "vim-tiny", "neovim", "nano");
  }

  @Test
  void wantsAllWordsInAnyOrderAndCase() {
    assertThat(names(text(), "EDITOR", "Vi")).containsExactly("vim", "vim-tiny", "neovim", "nano");
    assertThat(names(text(), "tiny", "editor")).containsExactly("vim-tiny");
    assertThat(names(text(), "vim", "pager")).isEmpty();
    // A dotted capital I is the letter i elsewhere than in Turkey, where tests run.
    assertThat(names(text(), "INFO")).containsExactly("info");
  }

  @Test
  void findsNothingWithoutWords() {
    assertThat(names(text())).isEmpty();
    assertThat(names(text(), " ", "")).isEmpty();
    assertThat(names(text(), " vim-tiny ")).containsExactly("vim-tiny");
  }

  @Test
  void tellsVersionOriginAndTheFirstLineOfTheDescription() {
    assertThat(text().search(List.of("less"), position -> new Origin("at " + position, "", "")))
        .containsExactly(
            new SearchHit("less", "668-1", "pager, für alle", new Origin("at 4", "", "")));
  }

  @Test
  void mergesWhatSeveralTextsHaveByRank() {
    SearchText.Writer other = new SearchText.Writer();
    other.add("vim", "10", "newer");
    other.add("gvim", "10", "");
    List<String> words = List.of("vim");

    List<SearchHit> merged =
        SearchText.merged(
            words,
            List.of(text().search(words, _ -> ORIGIN), other.text().search(words, _ -> ORIGIN)));

    assertThat(merged)
        .extracting(hit -> hit.name() + " " + hit.version())
        .containsExactly("vim 9", "vim 10", "vim-tiny 9", "gvim 10", "neovim 0.10", "nano 8");
  }

  @Test
  void isReadBackAndRefusesEveryTruncationAndEveryFlippedBit() throws Exception {
    byte[] sound = text().file();

    assertThat(names(SearchText.read(sound.clone()), "vim")).isEqualTo(names(text(), "vim"));
    Malformed.refusesEveryTruncation(sound, sound.length, SearchText::read);
    Malformed.refusesEveryBitFlip(sound, 0, sound.length, SearchText::read);
  }

  private static List<String> names(SearchText text, String... words) {
    return text.search(List.of(words), _ -> ORIGIN).stream().map(SearchHit::name).toList();
  }

  private static SearchText text() {
    SearchText.Writer writer = new SearchText.Writer();
    writer.add("nano", "8", "editor, simpler than vim");
    writer.add("neovim", "0.10", "Vi IMproved, an editor");
    writer.add("vim", "9", "Vi IMproved, an editor");
    writer.add("vim-tiny", "9", "Vi IMproved, an editor, small");
    writer.add("less", "668-1", "pager, für alle\n more of it: vim");
    writer.add("info", "7", "");
    return writer.text();
  }
}
