package io.microvisor.compose.answers;

import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

class AnswersPropertiesTest {
  /// Pieces of good and bad files in any order: both sides say the same.
  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void theMachineSaysTheSame(@ForAll("files") String text) throws Exception {
    Path own = Files.createTempDirectory("answers");
    try {
      TestNode.in(own).agreed(text);
    } finally {
      try (var all = Files.walk(own)) {
        for (Path each : all.toList().reversed()) {
          Files.delete(each);
        }
      }
    }
  }

  @Provide
  Arbitrary<String> files() {
    Arbitrary<String> line = Arbitraries.of(AnswersFileTest.GOOD.lines().toList());
    Arbitrary<String> piece =
        Arbitraries.of(
            "[",
            "]",
            "=",
            "|",
            " ",
            "\t",
            "\r",
            "#",
            "\u00ef\u00bb\u00bf",
            "\u0085",
            "\u00e4",
            "[machine]",
            "[file /etc/x]",
            "[user a]",
            "mode = 1",
            "ssh-key",
            "hostname",
            "start = ",
            "0",
            ".",
            "/",
            "x",
            "-",
            "\u0001",
            "\\",
            "\"",
            "&",
            "%s");
    Arbitrary<String> broken = piece.list().ofMaxSize(6).map(pieces -> String.join("", pieces));
    Arbitrary<String> cut =
        line.flatMap(
            each -> Arbitraries.integers().between(0, each.length()).map(i -> each.substring(i)));
    return Arbitraries.oneOf(line, line, broken, cut)
        .list()
        .ofMinSize(1)
        .ofMaxSize(40)
        .map(lines -> String.join("\n", lines));
  }
}
