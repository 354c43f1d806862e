package io.microvisor.packages.solver.deb;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Priority;
import io.microvisor.packages.solver.Link;
import io.microvisor.packages.solver.Loss;
import io.microvisor.packages.solver.Pick;
import io.microvisor.packages.solver.Reasons;
import io.microvisor.packages.solver.Requirement;
import io.microvisor.packages.solver.Wish;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class ReasonsTest {
  private static final String SET =
      """
      app 1; Depends: lib (>= 1), mta | mail-transport-agent; Recommends: doc
      tool 2; Depends: app
      lib 3; Pre-Depends: libc
      libc 2
      exim 4; Provides: mail-transport-agent; Depends: lib
      doc 1; Suggests: viewer
      viewer 1
      bash 5; Essential: yes; Depends: libc
      init 1; Priority: required
      """;

  private static final DebPolicy POLICY =
      DebPolicy.of("amd64")
          .withRecommendations()
          .withSuggestions()
          .withPriorities(Set.of(Priority.REQUIRED));

  private static final List<Wish> WISHES =
      List.of(new Wish("tool", "edge.yaml:9:5"), new Wish("app", "edge.yaml:10:5"));

  @Test
  void tellsTheShortestChainFromEachWishAndFromTheSystem() throws FormatException {
    assertThat(chains(SET, WISHES, "libc"))
        .containsExactly(
            "the system always has bash (essential); bash 5 needs libc",
            "app (edge.yaml:10:5) is asked for; app 1 needs lib (>= 1); lib 3 pre-depends on libc",
            "tool (edge.yaml:9:5) is asked for; tool 2 needs app; app 1 needs lib (>= 1); lib 3 pre-depends on libc");
  }

  @Test
  void aWishedPackageIsThereBecauseOfTheWish() throws FormatException {
    assertThat(chains(SET, WISHES, "app")).first().isEqualTo("app (edge.yaml:10:5) is asked for");
  }

  @Test
  void saysWhatIsProvided() throws FormatException {
    assertThat(chains(SET, WISHES, "exim"))
        .first()
        .isEqualTo(
            "app (edge.yaml:10:5) is asked for;"
                + " app 1 needs mta | mail-transport-agent, provided by exim 4");
  }

  @Test
  void saysWhatIsOnlyRecommendedOrSuggested() throws FormatException {
    assertThat(chains(SET, WISHES, "viewer"))
        .first()
        .isEqualTo(
            "app (edge.yaml:10:5) is asked for; app 1 recommends doc; doc 1 suggests viewer");
    assertThat(reasons(SET, WISHES).chains("viewer").getFirst())
        .extracting(Link::kind)
        .containsExactly(
            Requirement.Kind.WISH, Requirement.Kind.RECOMMENDS, Requirement.Kind.SUGGESTS);
  }

  @Test
  void prefersALongChainOfNeedsToAShortOneThatCouldGiveWay() throws FormatException {
    String set =
        "app 1; Depends: a | b, c; Recommends: b\na 1\nb 1\nc 1; Depends: d\nd 1; Depends: b";
    assertThat(chains(set, List.of(Wish.of("app")), "b"))
        .containsExactly("app is asked for; app 1 needs c; c 1 needs d; d 1 needs b");
  }

  @Test
  void listsWhoAsksDirectlyTheFirmestFirst() throws FormatException {
    assertThat(reasons(SET, WISHES).direct("lib"))
        .extracting(Link::sentence)
        .containsExactly("app 1 needs lib (>= 1)", "exim 4 needs lib");
    assertThat(reasons(SET, WISHES).direct("libc"))
        .extracting(Link::sentence)
        .containsExactly("lib 3 pre-depends on libc", "bash 5 needs libc");
    assertThat(reasons(SET, WISHES).direct("init"))
        .extracting(Link::sentence)
        .containsExactly("the system always has init (required)");
  }

  @Test
  void namesOthersThatWouldAnswerAsWell() throws FormatException {
    String set = "app 1; Depends: a | v\na 1\nb 1; Provides: v";
    Link<DebPackage> link =
        reasons(set, List.of(Wish.of("app"), Wish.of("b"))).direct("b").getLast();
    assertThat(link.others()).hasToString("[a 1]");
    assertThat(link.as()).isEqualTo("v");
    assertThat(link.provided()).isTrue();
    assertThat(link.firm()).isFalse();
  }

  @Test
  void saysWhatWouldFallAwayWithoutIt() throws FormatException {
    assertThat(loss("lib"))
        .isEqualTo(
            "wishes [tool (edge.yaml:9:5), app (edge.yaml:10:5)], needing [app 1, exim 4, tool 2],"
                + " orphaned [doc 1, viewer 1]");
    assertThat(loss("doc")).isEqualTo("wishes [], needing [], orphaned [viewer 1]");
    assertThat(loss("libc"))
        .startsWith(
            "wishes [tool (edge.yaml:9:5), app (edge.yaml:10:5)], the system, needing [app 1, bash 5,");
  }

  @Test
  void knowsNothingOfPackagesThatAreNotThere() throws FormatException {
    Reasons<DebPackage> reasons = reasons(SET, WISHES);
    assertThat(reasons.find("gone")).isEmpty();
    assertThat(reasons.direct("gone")).isEmpty();
    assertThat(reasons.chains("gone")).isEmpty();
    assertThat(reasons.without("gone")).isEmpty();
    assertThat(reasons.find("lib").map(Pick::toString)).contains("lib 3");
  }

  @Test
  void wishesThatSomethingBeAbsentOrThatMeanNothingAreNoReasons() throws FormatException {
    List<Wish> wishes =
        List.of(Wish.of("-nano"), Wish.of("gone"), Wish.of("l*c"), Wish.of("lib=3"));
    assertThat(chains(SET, wishes, "libc"))
        .contains("l*c is asked for", "lib=3 is asked for; lib 3 pre-depends on libc");
    assertThat(chains(SET, wishes, "exim")).isEmpty();
  }

  @Test
  void theOrderOfTheSetDoesNotMatter() throws FormatException {
    String reversed = SET.lines().toList().reversed().stream().collect(Collectors.joining("\n"));
    for (String name : List.of("libc", "exim", "viewer", "lib")) {
      assertThat(chains(reversed, WISHES, name)).isEqualTo(chains(SET, WISHES, name));
      assertThat(reasons(reversed, WISHES).direct(name))
          .extracting(Link::sentence)
          .isEqualTo(reasons(SET, WISHES).direct(name).stream().map(Link::sentence).toList());
    }
  }

  private static Reasons<DebPackage> reasons(String set, List<Wish> wishes) throws FormatException {
    return Reasons.of(DebUniverse.chosen(TinyArchive.of(set), POLICY), wishes);
  }

  private static List<String> chains(String set, List<Wish> wishes, String name)
      throws FormatException {
    return reasons(set, wishes).chains(name).stream()
        .map(chain -> chain.stream().map(Link::sentence).collect(Collectors.joining("; ")))
        .toList();
  }

  private static String loss(String name) throws FormatException {
    Loss<DebPackage> loss = reasons(SET, WISHES).without(name).orElseThrow();
    return "wishes "
        + loss.wishes()
        + (loss.system() ? ", the system" : "")
        + ", needing "
        + loss.needing()
        + ", orphaned "
        + loss.orphaned();
  }
}
