package io.microvisor.packages.deb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.FormatException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class DebVersionTest {
  /// Each line in dpkg's order, `=` between spellings of the same rank; made with `dpkg --compare-versions` 1.21.22.
  private static final List<String> ORDERED =
      List.of(
          "0~~ < 0~~a < 0~ < 0 = 00 = 0-0 = 0:0 < 0a < 0+ < 0.0",
          "1.0~rc1-1 < 1.0-1~bpo12+1 < 1.0-1 < 1.0-1+b1 < 1.0-1.1 < 1.0-2 < 1.0-10 < 1.0.1-1",
          "1.2.3 < 1.2.3-1 < 1.2.3-a < 1.2.3a < 1.2.3+dfsg-1 < 1.2.10 < 1:0.1 < 2:0",
          "1.0 = 1.00 = 01.0 = 0:1.0 = 1.0-0 = 1.0-00",
          "2.36-9+deb12u9 < 2.36-9+deb12u10 < 2.36-10",
          "1.a < 1.b < 1.+ < 1..",
          "9 < 10 < 99999999999999999998 < 99999999999999999999 < 100000000000000000000");

  @Test
  void ordersAsDpkgDoes() throws FormatException {
    for (String line : ORDERED) {
      String[] words = line.split(" ", -1);
      int rank = 0;
      for (int i = 2; i < words.length; i += 2) {
        int expected = words[i - 1].equals("<") ? -1 : 0;
        assertOrder(words[i - 2], words[i], expected);
        rank += expected;
        assertOrder(words[0], words[i], Integer.signum(rank));
      }
    }
  }

  @Test
  void splitsIntoEpochUpstreamAndRevision() throws FormatException {
    DebVersion full = DebVersion.parse(" 2:1.0-rc:1-3 ");
    assertThat(full.epoch()).isEqualTo(2);
    assertThat(full.upstream()).isEqualTo("1.0-rc:1");
    assertThat(full.revision()).isEqualTo("3");
    assertThat(full.withoutEpoch()).isEqualTo("1.0-rc:1-3");
    assertThat(full).hasToString("2:1.0-rc:1-3");
    DebVersion bare = DebVersion.parse("7");
    assertThat(bare.epoch()).isZero();
    assertThat(bare.upstream()).isEqualTo("7");
    assertThat(bare.revision()).isEmpty();
  }

  @Test
  void refusesWhatIsNoVersion() {
    for (String bad :
        List.of(
            "",
            " ",
            "a",
            "1.0-",
            "-1",
            ":1",
            "1:",
            "x:1",
            "2147483648:1",
            "-1:1",
            "1 0",
            "1_0",
            "1.0-1_2",
            "1.0-ü",
            "é1",
            "1:a",
            "1:-1",
            "~1")) {
      assertThatThrownBy(() -> DebVersion.parse(bad))
          .as("\"%s\"", bad)
          .isInstanceOf(FormatException.class);
    }
    assertThatThrownBy(() -> DebVersion.parse("1".repeat(1025)))
        .isInstanceOf(FormatException.class);
  }

  @Test
  void saysWhatIsWrongAndWhere() {
    assertThatThrownBy(() -> DebVersion.parse("1.0_2"))
        .hasMessage("damaged version: at byte 3: \"1.0_2\": the character '_' is not allowed here");
  }

  @Property
  void isATotalOrder(
      @ForAll("versions") String a, @ForAll("versions") String b, @ForAll("versions") String c)
      throws FormatException {
    DebVersion x = DebVersion.parse(a);
    DebVersion y = DebVersion.parse(b);
    DebVersion z = DebVersion.parse(c);
    assertThat(x.compareTo(DebVersion.parse(a))).isZero();
    assertThat(x.compareTo(y)).isEqualTo(-y.compareTo(x));
    if (x.compareTo(y) <= 0 && y.compareTo(z) <= 0) {
      assertThat(x.compareTo(z)).isLessThanOrEqualTo(0);
    }
    if (x.compareTo(y) == 0) {
      assertThat(x.compareTo(z)).isEqualTo(y.compareTo(z));
    }
  }

  @Provide
  Arbitrary<String> versions() {
    Arbitrary<String> tail = Arbitraries.strings().withChars("0012a~+.Z").ofMaxLength(6);
    Arbitrary<String> revision =
        Arbitraries.strings().withChars("01a~.+").ofMinLength(1).ofMaxLength(4);
    return Arbitraries.oneOf(
        tail.map(t -> "1" + t),
        tail.flatMap(t -> revision.map(r -> "0" + t + "-" + r)),
        tail.flatMap(t -> Arbitraries.integers().between(0, 2).map(e -> e + ":1" + t + "-1")));
  }

  private static void assertOrder(String a, String b, int expected) throws FormatException {
    assertThat(DebVersion.parse(a).compareTo(DebVersion.parse(b)))
        .as("%s against %s", a, b)
        .isEqualTo(expected);
  }
}
