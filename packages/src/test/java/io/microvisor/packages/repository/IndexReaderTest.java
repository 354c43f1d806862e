package io.microvisor.packages.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.packages.catalog.LeftOut;
import io.microvisor.packages.catalog.PackageCatalog;
import io.microvisor.packages.catalog.StoredCatalog;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.fetch.Download;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockFile;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Solver;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.packages.solver.deb.DebUniverse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexReaderTest {
  private static final Origin ORIGIN = new Origin("Acme", "edge", "main");

  private static final String SOUND =
      """
      Package: sound
      Version: 1
      Architecture: amd64
      Filename: pool/sound_1_amd64.deb
      Size: 1
      SHA256: %s

      """
          .formatted("cd".repeat(32));

  private static final List<String> FIELDS =
      List.of(
          "Package",
          "Source",
          "Version",
          "Architecture",
          "Essential",
          "Protected",
          "Multi-Arch",
          "Priority",
          "Section",
          "Installed-Size",
          "Pre-Depends",
          "Depends",
          "Recommends",
          "Suggests",
          "Conflicts",
          "Breaks",
          "Replaces",
          "Provides",
          "Enhances",
          "Description",
          "Filename",
          "Size",
          "MD5sum",
          "SHA1",
          "SHA256",
          "SHA512");

  private static final List<byte[]> VALUES = values();

  private static List<byte[]> values() {
    List<String> texts =
        List.of(
            "",
            " ",
            "/",
            "/pool/a.deb",
            "//evil.example/a.deb",
            "..",
            "../../etc/passwd",
            "pool/../../a.deb",
            "pool/./a.deb",
            "a\0b",
            "a\n b",
            "a\n .\n b",
            "a\rb",
            "a\u001b[31mb",
            "%",
            "%2e%2e/a",
            "%00",
            "a b",
            "a#b?c",
            "http://evil.example/a.deb",
            "-1",
            "+1",
            "0",
            "1e9",
            "0x10",
            "9223372036854775807",
            "9223372036854775808",
            "99999999999999999999999999",
            "1099511627776",
            "٣",
            "v1.5.5",
            "1:",
            ":1",
            "99999999999:1",
            "1-",
            "-",
            "1.0_1",
            "yes",
            "maybe",
            "(",
            ")",
            "a (",
            "a (>= ",
            "a (>= v1)",
            "a (= 1) |",
            "|",
            ",",
            ",,,",
            "a:b:c",
            "a [amd64] <!x>",
            "${shlibs:Depends}",
            "sound",
            "ab",
            "zz".repeat(32),
            "ab".repeat(32),
            "AB".repeat(32),
            "ab".repeat(64),
            "x".repeat(5000),
            "ü€𝄞",
            "\u202eevil",
            "\ufeff1",
            "#comment");
    List<byte[]> all =
        new ArrayList<>(texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList());
    all.add(new byte[] {(byte) 0xff, (byte) 0xfe});
    all.add(new byte[] {'a', (byte) 0xc3});
    all.add(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80});
    return List.copyOf(all);
  }

  /// From the index through catalogue, choice and lock to what would be downloaded: whatever a field holds, the record
  /// is used to the end or left out, with its field named, and the next one is there.
  @Test
  void whateverAFieldHoldsItsRecordIsUsedToTheEndOrLeftOut() throws Exception {
    int used = 0;
    int leftOut = 0;
    for (String field : FIELDS) {
      for (byte[] value : VALUES) {
        byte[] index = index(field, value);
        String what = field + ": " + new String(value, StandardCharsets.UTF_8);
        try {
          PackageCatalog packages = read(index);

          assertThat(packages.names()).as(what).contains("sound");
          for (DebPackage item : packages.stream().toList()) {
            plan(packages, item);
          }
          assertThat(packages.size() + packages.leftOut().size()).as(what).isEqualTo(2);
          used += packages.size() - 1;
          leftOut += packages.leftOut().size();
          assertThat(packages.leftOut())
              .as(what)
              .allSatisfy(each ->
                  assertThat(each.toString())
                      .startsWith("Acme/edge/main: ")
                      .doesNotContainPattern("\\p{Cntrl}"));
        } catch (RuntimeException e) {
          throw new AssertionError(what, e);
        }
      }
    }
    assertThat(used).isGreaterThan(FIELDS.size() * VALUES.size() / 2);
    assertThat(leftOut).isGreaterThan(100);
  }

  private static void plan(PackageCatalog packages, DebPackage item) throws IOException {
    DebUniverse universe = DebUniverse.of(packages, DebPolicy.of("amd64"));
    Resolution<DebPackage> answer = Solver.solve(universe, List.of(Wish.of(item.name())));
    if (answer instanceof Resolution.Unsolvable<DebPackage>(_, _, String message)) {
      assertThat(message).isNotEmpty();
    }
    Lock lock = new Lock("amd64", List.of(), List.of(), List.of(LockedPackage.of(item)), List.of());
    assertThat(LockFile.parse(LockFile.text(lock), "x.lock")).isEqualTo(lock);
    for (URI address : spec().addresses(item.filename())) {
      assertThat(address.toString()).startsWith("http://m.example/acme/");
      assertThat(address.normalize().getRawPath()).startsWith("/acme/");
      assertThat(address.getHost()).isEqualTo("m.example");
    }
    Download download =
        new Download(item.name(), spec().addresses(item.filename()), item.size(), item.sha256());
    assertThat(Math.addExact(download.size(), Integer.MAX_VALUE)).isPositive();
  }

  private static RepositorySpec spec() {
    return new RepositorySpec(
        "acme",
        List.of(URI.create("http://m.example/acme")),
        "edge",
        List.of("main"),
        "amd64",
        new RepositorySpec.Trust.Unsigned(),
        RepositorySpec.Freshness.CHECKED,
        RepositorySpec.Presence.REQUIRED);
  }

  private static byte[] index(String field, byte[] value) {
    Map<String, byte[]> fields = new LinkedHashMap<>();
    for (String line :
        SOUND.replace("sound", "tried").replace("cd", "ef").strip().split("\n", -1)) {
      int colon = line.indexOf(':');
      fields.put(
          line.substring(0, colon), line.substring(colon + 2).getBytes(StandardCharsets.UTF_8));
    }
    fields.put(field, value);
    ByteArrayOutputStream index = new ByteArrayOutputStream();
    fields.forEach((name, content) -> {
      index.writeBytes((name + ": ").getBytes(StandardCharsets.UTF_8));
      index.writeBytes(content);
      index.write('\n');
    });
    index.write('\n');
    index.writeBytes(SOUND.getBytes(StandardCharsets.UTF_8));
    return index.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no colon here",
        " a continuation without a field",
        "Package: twice",
        "-Dash: 1",
      })
  void leavesOutAStanzaOfBrokenSyntax(String line) throws Exception {
    String broken = line.startsWith(" ") ? line + "\nPackage: bad\n" : "Package: bad\n" + line;

    PackageCatalog packages =
        read(
            (SOUND + broken.strip() + "\n\n" + SOUND.replace("sound", "next"))
                .getBytes(StandardCharsets.UTF_8));

    assertThat(packages.names()).containsExactly("next", "sound");
    assertThat(packages.leftOut()).hasSize(1);
  }

  @Test
  void saysWhichRecordWasLeftOutWhereTheChoiceNeedsIt() throws Exception {
    PackageCatalog packages =
        read(
            (SOUND
                    + SOUND
                        .replace("Package: sound", "Package: tool")
                        .replace("Version: 1", "Version: v1.5.5")
                    + SOUND.replace("Package: sound", "Package: app\nDepends: tool (>= 1)")
                    + SOUND.replace("Package: sound", "Package: tool"))
                .getBytes(StandardCharsets.UTF_8));

    assertThat(answer(packages, "sound")).isInstanceOf(Resolution.Solved.class);
    assertThat(answer(packages, "app")).isInstanceOf(Resolution.Solved.class);
    assertThat(answer(packages, "tool=2").toString())
        .contains("left out: Acme/edge/main: tool: ", "Version", "v1.5.5");
  }

  @Test
  void saysInAChainOfReasonsWhatWasLeftOut() throws Exception {
    PackageCatalog packages =
        read(
            (SOUND.replace("Package: sound", "Package: app\nDepends: tool")
                    + SOUND.replace("Package: sound", "Package: tool").replace(": 1\n", ": v1\n"))
                .getBytes(StandardCharsets.UTF_8));

    assertThat(answer(packages, "app"))
        .isInstanceOfSatisfying(
            Resolution.Unsolvable.class,
            unsolvable ->
                assertThat(unsolvable.message())
                    .contains(
                        "needs tool, of which there is none (left out: Acme/edge/main: tool"));
  }

  @Test
  void refusesAnIndexOfWhichNothingCanBeUsed() {
    assertThatThrownBy(
            () -> read(SOUND.replace("SHA256", "MD5sum").getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("none of its 1 packages can be used")
        .hasMessageContaining("Acme/edge/main: sound")
        .hasMessageContaining("SHA256: missing");
  }

  private static Resolution<DebPackage> answer(PackageCatalog packages, String wish) {
    return Solver.solve(DebUniverse.of(packages, DebPolicy.of("amd64")), List.of(Wish.of(wish)));
  }

  private static PackageCatalog read(byte[] index) throws IOException {
    Digest digest = Digest.sha256(index);
    IndexReader read = IndexReader.read(new ByteArrayInputStream(index), digest, ORIGIN);
    List<LeftOut> leftOut = read.leftOut();
    return StoredCatalog.read(read.catalog(), digest, ORIGIN, read::search, leftOut);
  }
}
