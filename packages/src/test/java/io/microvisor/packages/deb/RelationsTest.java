package io.microvisor.packages.deb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.FormatException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RelationsTest {
  @Test
  void readsAlternativesVersionsAndQualifiers() throws FormatException {
    Relations relations =
        Relations.parse(
            "libc6 (>= 2.36),python3:any|python3:native ( <<3.14 ) ,\n g++:amd64(= 1:2-3),");
    assertThat(relations.clauses().stream().map(List::toString))
        .containsExactly(
            "[libc6 (>= 2.36)]",
            "[python3:any, python3:native (<< 3.14)]",
            "[g++:amd64 (= 1:2-3)]");
  }

  @Test
  void readsEveryOperator() throws FormatException {
    DebVersion two = DebVersion.parse("2");
    for (String good :
        List.of(
            "a (<< 3)",
            "a (<= 2)",
            "a (< 2)",
            "a (= 2)",
            "a (2)",
            "a (>= 2)",
            "a (> 2)",
            "a (>> 1)",
            "a")) {
      assertThat(Relations.parse(good).clauses().getFirst().getFirst().versions().admit(two))
          .as(good)
          .isTrue();
    }
    for (String bad : List.of("a (<< 2)", "a (<= 1)", "a (= 3)", "a (>= 3)", "a (>> 2)")) {
      assertThat(Relations.parse(bad).clauses().getFirst().getFirst().versions().admit(two))
          .as(bad)
          .isFalse();
    }
  }

  @Test
  void refusesWhatBinaryPackagesMayNotSay() {
    for (String bad :
        List.of(
            "a [amd64]",
            "a <!nocheck>",
            "a (>= 1",
            "a (=> 1)",
            "a (>= )",
            "| a",
            "a |",
            "a b",
            "a:",
            "${x}",
            "a (>= 1_2)",
            "a,|b")) {
      assertThatThrownBy(() -> Relations.parse(bad)).as(bad).isInstanceOf(FormatException.class);
    }
  }

  @Test
  void readsLazilyAndComplainsWhenAsked() {
    Relations broken = Relations.of("a [amd64]");
    assertThat(broken.isEmpty()).isFalse();
    assertThatThrownBy(broken::clauses)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("architectures are restricted (expected: only in source packages)");
    assertThat(Relations.of(" \n ")).isSameAs(Relations.NONE);
    assertThat(Relations.NONE.clauses()).isEmpty();
  }
}
