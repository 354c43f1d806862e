package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.DebVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Versions are in dpkg's order.
class VersionOracleTest {
  private static final int PAIRS = 10_000;
  private static final long SEED = 20_260_101;
  private static final List<String> PIECES =
      List.of(
          "0",
          "1",
          "2",
          "9",
          "10",
          "00",
          "01",
          "007",
          "a",
          "b",
          "rc",
          "Z",
          "alpha",
          "dfsg",
          ".",
          ".",
          "+",
          "+",
          "~",
          "~",
          "~~",
          "-",
          "git20250101",
          "deb13u1",
          "+b1",
          "99999999999999999999");

  @TempDir Path folder;

  @Test
  void dpkgAgreesAboutTenThousandPairs() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    Random random = new Random(SEED);
    List<String> claims = new ArrayList<>();
    while (claims.size() < PAIRS) {
      String one = version(random);
      String other = random.nextInt(3) == 0 ? changed(one, random) : version(random);
      int order = DebVersion.parse(one).compareTo(DebVersion.parse(other));
      claims.add(one + " " + (order < 0 ? "lt" : order > 0 ? "gt" : "eq") + " " + other);
    }
    Files.write(folder.resolve("claims"), claims);

    String wrong =
        oracles.succeed(
            folder,
            """
            while read -r one relation other; do
              dpkg --compare-versions "$one" "$relation" "$other" || echo "not $one $relation $other"
            done <claims
            echo end\
            """);

    assertThat(wrong).isEqualTo("end\n");
    for (String relation : List.of(" lt ", " eq ", " gt ")) {
      assertThat(claims).filteredOn(claim -> claim.contains(relation)).hasSizeGreaterThan(100);
    }
  }

  private static String version(Random random) {
    StringBuilder version =
        new StringBuilder(random.nextInt(4) == 0 ? random.nextInt(3) + ":" : "");
    version.append(random.nextInt(4));
    for (int i = random.nextInt(5); i > 0; i--) {
      version.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    String text = version.toString();
    return text.endsWith("-") ? text + "1" : text;
  }

  /// Almost the same version, so that equal ones and close ones come up.
  private static String changed(String version, Random random) throws FormatException {
    String other =
        switch (random.nextInt(4)) {
          case 0 -> version;
          case 1 -> version.contains(":") ? version : "0:" + version;
          case 2 -> version.contains("-") ? version : version + "-0";
          default -> version + PIECES.get(random.nextInt(PIECES.size()));
        };
    return other.endsWith("-") ? other + "0" : DebVersion.parse(other).toString();
  }
}
