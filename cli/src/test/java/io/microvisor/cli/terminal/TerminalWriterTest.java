package io.microvisor.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class TerminalWriterTest {
  private final StringWriter written = new StringWriter();
  private final TerminalWriter writer = new TerminalWriter(written, true);

  @Test
  void letsNoControlCharacterThroughButLineEndsAndTabs() {
    StringBuilder hostile = new StringBuilder("a\tb\n");
    for (char c = 0; c < 0xa0; c++) {
      if (Character.isISOControl(c) && c != '\n' && c != '\t') {
        hostile.append(c);
      }
    }
    writer.print(hostile);

    assertThat(written.toString())
        .startsWith("a\tb\n\\u0000\\u0001")
        .contains("\\u000d", "\\u001b", "\\u009b")
        .matches("(?s)[\\n\\t -~]*");
  }

  @Test
  void showsMarksThatTurnOrHideText() {
    writer.print("evil\u202egnp.exe \u2066x\u2069 zero\u200bwidth \udb40\udc41");

    assertThat(written)
        .hasToString("evil\\u202egnp.exe \\u2066x\\u2069 zero\\u200bwidth \\udb40\\udc41");
  }

  @Test
  void leavesTextOfAllLanguagesAlone() {
    writer.print("Größe 大きさ ━━╌ 😀");

    assertThat(written).hasToString("Größe 大きさ ━━╌ 😀");
  }

  @Test
  void seesWhatComesOnAnyWay() {
    List<BiConsumer<PrintWriter, String>> ways =
        List.of(
            PrintWriter::print,
            PrintWriter::println,
            PrintWriter::write,
            PrintWriter::append,
            (out, text) -> out.print(text.toCharArray()),
            (out, text) -> out.print((Object) text),
            (out, text) -> out.printf("%s", text),
            (out, text) -> text.chars().forEach(out::write),
            (out, text) -> new IllegalStateException(text).printStackTrace(out));
    for (BiConsumer<PrintWriter, String> way : ways) {
      written.getBuffer().setLength(0);

      way.accept(writer, "\u001b]0;title\u0007");

      assertThat(written.toString()).contains("\\u001b]0;title\\u0007").doesNotContain("\u001b");
    }
  }

  @Test
  void hidesLogins() {
    writer.println("at http://user:canary@host/x");
    writer.printf("%s%n", "https://canary@host/");

    assertThat(written).hasToString("at http://***@host/x\nhttps://***@host/\n");
  }

  @Test
  void keepsTheMeaningOfJson() {
    writer.print(Json.of(List.of("\u009b\u202e\u001b")));

    assertThat(written.toString()).contains("\"\\u009b\\u202e\\u001B\"");
  }

  @Test
  void takesControlSequencesOutOfAConsolesLines() {
    assertThat(
            Printable.withoutSequences(
                "\u001b[0;1;32m  OK  \u001b[0m\u009b1mReached\u001b]0;title\u0007 \u001b(Btarget\u001bP1$r\u001b\\.\u001bc"))
        .isEqualTo("  OK  Reached target.");
  }
}
