package io.microvisor.packages.solver.deb;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Solver;
import io.microvisor.packages.solver.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What is said to people whose wishes cannot be had, word by word.
final class ExplanationTest {
  private static final DebPolicy POLICY =
      DebPolicy.of("amd64").withPin(item -> item.origin().suite().equals("banned") ? -1 : 500);

  @Test
  void twoWishesNeedDifferentVersions() throws FormatException {
    assertMessage(
        "app 1; Depends: lib (>= 2)\nlib 2\nlib 1",
        "app cannot be had: app 1 needs lib (>= 2), which cannot stand beside lib 1, wanted by lib=1 (edge.yaml:2:5)",
        "app",
        "lib=1");
  }

  @Test
  void twoWishesConflict() throws FormatException {
    assertMessage(
        "exim 4; Conflicts: mta; Provides: mta\npostfix 3; Conflicts: mta; Provides: mta",
        "exim cannot be had: exim 4 conflicts with postfix 3, wanted by postfix (edge.yaml:2:5)",
        "exim",
        "postfix");
  }

  @Test
  void aNeedBreaksAWish() throws FormatException {
    assertMessage(
        "app 1; Depends: lib\nlib 2; Breaks: old (<< 2)\nold 1",
        "app cannot be had: app 1 needs lib, which breaks old 1, wanted by old (edge.yaml:2:5)",
        "app",
        "old");
  }

  @Test
  void theOnlyFittingVersionIsPinnedAway() throws FormatException {
    assertMessage(
        "app 1; Depends: lib (>= 2)\nlib 2; Suite: banned\nlib 1",
        "app cannot be had: app 1 needs lib (>= 2), of which there is none",
        "app");
  }

  @Test
  void preDependsLeadInACircle() throws FormatException {
    assertMessage(
        "a 1; Pre-Depends: b\nb 1; Depends: a",
        "a cannot be had: a 1 and b 1 wait for each other: by Pre-Depends, none can be set up before the rest;"
            + " a 1 pre-depends on b",
        "a");
  }

  @Test
  void theNeedIsOfAnotherArchitecture() throws FormatException {
    assertMessage(
        "app 1; Depends: lib\nlib 1; Architecture: arm64",
        "app cannot be had: app 1 needs lib, of which there is none",
        "app");
  }

  @Test
  void nobodyProvidesIt() throws FormatException {
    assertMessage(
        "app 1; Depends: x\nx 1; Pre-Depends: virtual (>= 2)\ny 1; Provides: virtual",
        "app cannot be had: app 1 needs x, which pre-depends on virtual (>= 2), of which there is none",
        "app");
  }

  @Test
  void whatIsNeededIsRefused() throws FormatException {
    assertMessage(
        "app 1; Depends: lib\nlib 2\nlib 1",
        "app cannot be had: app 1 needs lib, which is refused by -lib (edge.yaml:2:5)",
        "app",
        "-lib");
  }

  @Test
  void theOnlyProviderIsRefused() throws FormatException {
    assertMessage(
        "exim 4; Provides: mta",
        "mta cannot be had: mta is provided by exim 4, which is refused by -exim (edge.yaml:2:5)",
        "mta",
        "-exim");
  }

  @Test
  void whatEverySystemHasIsRefused() throws FormatException {
    assertMessage(
        "bash 5; Essential: yes\napp 1",
        "-bash cannot be had: the system always has bash (essential), which is refused by -bash (edge.yaml:2:5)",
        "app",
        "-bash");
  }

  @Test
  void allAlternativesFail() throws FormatException {
    assertMessage(
        "app 1; Depends: a | b\na 1; Conflicts: tool\nb 1; Depends: gone\ntool 1",
        "app cannot be had: app 1 needs a | b; a 1 conflicts with tool 1, wanted by tool (edge.yaml:2:5);"
            + " b 1 needs gone, of which there is none",
        "app",
        "tool");
  }

  @Test
  void theWayToTheClashIsTold() throws FormatException {
    assertMessage(
        """
        web 1; Depends: ssl (>= 3)
        ssl 3
        ssl 1
        old 1; Depends: client
        client 7; Depends: ssl (<< 2)
        noise 1; Depends: more
        more 1
        """,
        "web cannot be had: web 1 needs ssl (>= 3), which cannot stand beside ssl 1, wanted by client 7,"
            + " wanted by old 1, wanted by old (edge.yaml:3:5)",
        "web",
        "noise",
        "old");
  }

  @Test
  void aLongChainIsToldFromBothEnds() throws FormatException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      lines.add("c%d 1; Depends: c%d".formatted(i, i + 1));
    }
    assertThat(message(String.join("\n", lines), "c0"))
        .isEqualTo(
            "c0 cannot be had: c0 1 needs c1, which needs c2, which needs c3, which needs c4,"
                + " which needs c5, which needs c6; ... (28 more); c34 1 needs c35, which needs c36,"
                + " which needs c37, which needs c38, which needs c39, which needs c40, of which there is none");
  }

  @Test
  void suggestsOnlyNamesThatCanBeWritten() throws FormatException {
    assertThat(message("o-Upper 1\no-uppen 1\n", "o-upper"))
        .contains("o-uppen")
        .doesNotContain("o-Upper");
  }

  private static void assertMessage(String archive, String expected, String... wishes)
      throws FormatException {
    assertThat(message(archive, wishes)).isEqualTo(expected);
  }

  private static String message(String archive, String... wishes) throws FormatException {
    List<Wish> placed = new ArrayList<>();
    for (String wish : wishes) {
      placed.add(new Wish(wish, "edge.yaml:" + (placed.size() + 1) + ":5"));
    }
    return switch (Solver.solve(DebUniverse.of(TinyArchive.of(archive), POLICY), placed)) {
      case Resolution.Unsolvable<DebPackage> unsolvable -> unsolvable.message();
      case Resolution.Misunderstood<DebPackage> misunderstood ->
          misunderstood.wishes().stream()
              .map(Resolution.Unknown::message)
              .collect(Collectors.joining("\n"));
      case Resolution.Solved<DebPackage> solved -> solved.toString();
      case Resolution.GaveUp<DebPackage> gaveUp -> gaveUp.toString();
    };
  }
}
