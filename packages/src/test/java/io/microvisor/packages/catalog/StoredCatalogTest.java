package io.microvisor.packages.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.packages.catalog.PackageCatalog.Provided;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.deb.Priority;
import io.microvisor.testkit.Malformed;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The binary catalogue says what the simple one says, and a damaged one says nothing.
final class StoredCatalogTest {
  private static final Digest INDEX = Digest.sha256("an index");
  private static final Origin ORIGIN = new Origin("Debian", "trixie", "main");
  private static final StoredCatalog.SearchSource UNSEARCHED =
      () -> {
        throw new AssertionError("searched");
      };

  @Test
  void givesBackEveryFieldOfEveryPackage() throws Exception {
    List<DebPackage> packages = packages();

    PackageCatalog stored = stored(packages);

    assertThat(stored.stream()).containsExactlyElementsOf(packages);
    assertThat(stored.size()).isEqualTo(packages.size());
    assertThatThrownBy(() -> stored.item(packages.size()))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void answersAsTheSimpleCatalogueDoes() throws Exception {
    List<DebPackage> packages = packages();
    PackageCatalog simple = PackageCatalog.of(packages);
    PackageCatalog stored = stored(packages);

    assertThat(stored.names()).isEqualTo(simple.names()).contains("libc6", "mail");
    assertThat(stored.providedNames()).isEqualTo(simple.providedNames()).contains("mta", "libc6");
    assertThat(stored.essential()).isEqualTo(simple.essential()).hasSize(1);
    for (Priority priority : Priority.values()) {
      assertThat(stored.ofPriority(priority)).isEqualTo(simple.ofPriority(priority));
    }
    TreeSet<String> asked = new TreeSet<>(List.of("", "none", "AaAa", "BBBB", "AaBB"));
    asked.addAll(simple.names());
    asked.addAll(simple.providedNames());
    for (String name : asked) {
      assertThat(stored.named(name)).as(name).isEqualTo(simple.named(name));
      assertThat(spelt(stored.providers(name))).as(name).isEqualTo(spelt(simple.providers(name)));
    }
  }

  @Test
  void joinsCataloguesInTheirOrder() throws Exception {
    List<DebPackage> packages = packages();
    List<DebPackage> all = new ArrayList<>(packages);
    all.addAll(packages.subList(2, 4));
    PackageCatalog simple = PackageCatalog.of(all);

    PackageCatalog joined =
        PackageCatalog.joined(
            List.of(
                PackageCatalog.EMPTY, stored(packages), PackageCatalog.of(packages.subList(2, 4))));

    assertThat(joined.stream()).containsExactlyElementsOf(all);
    assertThat(joined.names()).isEqualTo(simple.names());
    assertThat(joined.providedNames()).isEqualTo(simple.providedNames());
    assertThat(joined.essential()).isEqualTo(simple.essential());
    for (String name : simple.names()) {
      assertThat(joined.named(name)).as(name).isEqualTo(simple.named(name));
      assertThat(spelt(joined.providers(name))).as(name).isEqualTo(spelt(simple.providers(name)));
    }
  }

  @Test
  void isTheSameFileForTheSamePackages() throws Exception {
    assertThat(file(packages())).isEqualTo(file(packages()));
    assertThat(StoredCatalog.read(file(List.of()), INDEX, ORIGIN, UNSEARCHED).size()).isZero();
  }

  @Test
  void refusesEveryTruncationAndEveryFlippedBit() throws Exception {
    byte[] sound = file(packages());

    Malformed.refusesEveryTruncation(
        sound, sound.length, input -> StoredCatalog.read(input, INDEX, ORIGIN, UNSEARCHED));
    Malformed.refusesEveryBitFlip(
        sound, 0, sound.length, input -> StoredCatalog.read(input, INDEX, ORIGIN, UNSEARCHED));
  }

  @Test
  void refusesTheCatalogueOfAnotherIndex() throws Exception {
    byte[] file = file(packages());
    assertThatThrownBy(() -> StoredCatalog.read(file, Digest.sha256("another"), ORIGIN, UNSEARCHED))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("not a package catalogue: it is of index sha256:");
  }

  private static List<String> spelt(List<Provided> providers) {
    return providers.stream().map(provided -> provided.position() + " " + provided.as()).toList();
  }

  private static PackageCatalog stored(List<DebPackage> packages) throws FormatException {
    return StoredCatalog.read(file(packages), INDEX, ORIGIN, UNSEARCHED);
  }

  private static byte[] file(List<DebPackage> packages) {
    CatalogWriter writer = new CatalogWriter();
    packages.forEach(writer::add);
    return writer.file(INDEX);
  }

  /// Every field, every priority, names with one hash code, several versions, odd file names, what cannot be read.
  private static List<DebPackage> packages() throws FormatException {
    List<DebPackage> packages = new ArrayList<>();
    packages.add(
        item(
            "libc6",
            "1:2.41-12",
            "pool/main/g/glibc/libc6_2.41-12_amd64.deb",
            """
            Source: glibc (2.41-12+b1)
            Essential: yes
            Important: yes
            Priority: required
            Multi-Arch: same
            Pre-Depends: a
            Depends: libgcc-s1, libcrypt1 (>= 1:4.4.10-10~)
            Recommends: libidn2-0 (>= 2.0.5~) | c
            Suggests: glibc-doc
            Conflicts: openrc (<< 0.27-2~)
            Breaks: iraf-fitsutil (<< 2018.07.06-4)
            Replaces: libc6-i386
            Provides: libc6-2.41
            Section: libs
            Installed-Size: 13000
            """));
    packages.add(
        item(
            "mail",
            "1",
            "mail.deb",
            "Provides: mta, mta (= 2), mta (>= 3), libc6:any, libc6:i386 (= 4)\nPriority: extra\n"));
    packages.add(
        item(
            "mail", "0.9", "./x/mail_0.9_amd64.deb", "Multi-Arch: foreign\nPriority: important\n"));
    packages.add(item("AaAa", "1", "a/AaAa_1_amd64.deb", "Provides: BBBB\nPriority: standard\n"));
    packages.add(
        item("BBBB", "1", "a/BBBB_1_amd64.deb", "Multi-Arch: allowed\nProvides: AaBB (= 7)\n"));
    packages.add(item("broken", "1", "b/broken_1_amd64.deb", "Provides: ((\nDepends: ))\n"));
    packages.add(
        item("gruss", "1", "ü/grüße_1_amd64.deb", "Section: ñ\nInstalled-Size: 9999999999\n"));
    return packages;
  }

  private static DebPackage item(String name, String version, String filename, String fields)
      throws FormatException {
    return DebPackage.of(
        ControlStanza.parse(
            "Package: %s\nVersion: %s\nArchitecture: amd64\nFilename: %s\nSize: 300\nSHA256: %s\n%s"
                .formatted(name, version, filename, Digest.sha256(name + version).hex(), fields)),
        ORIGIN);
  }
}
