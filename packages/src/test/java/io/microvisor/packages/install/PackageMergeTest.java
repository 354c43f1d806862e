package io.microvisor.packages.install;

import static io.microvisor.packages.install.Debs.deb;
import static io.microvisor.packages.install.Debs.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.unpack.UnpackedPackage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PackageMergeTest {
  private static final Debs BASE =
      deb("base-files")
          .link("bin", "usr/bin")
          .link("lib", "usr/lib")
          .directory("usr/bin", 0755)
          .directory("usr/lib", 0755)
          .directory("tmp", 01777);

  @Test
  void laysFilesThroughTheLinksOfMergedUsr() throws IOException {
    FileTree tree = merge(deb("old").with("bin/tool", "t").with("lib/a/b", "b"), BASE);

    assertThat(tree.find("usr/bin/tool")).contains(file("t"));
    assertThat(tree.find("usr/lib/a/b")).contains(file("b"));
    assertThat(tree.find("bin")).containsInstanceOf(Inode.Symlink.class);
  }

  @Test
  void remembersPathsInThePackagesOwnSpelling() throws IOException {
    MergedPackages merged =
        PackageMerge.merge(List.of(BASE.unpacked(), deb("old").with("bin/tool", "t").unpacked()));

    assertThat(merged.paths().get("old"))
        .containsExactly(TreePath.ROOT, TreePath.of("bin"), TreePath.of("bin/tool"));
  }

  @Test
  void keepsTheFirstPackagesDirectory() throws IOException {
    FileTree tree = merge(deb("a").directory("tmp", 0755), BASE);

    assertThat(tree.find("tmp").orElseThrow().meta().mode()).isEqualTo(01777);
  }

  @Test
  void refusesAFileInTwoPackages() {
    assertThatThrownBy(
            () -> merge(deb("b").with("bin/tool", "b"), deb("a").with("usr/bin/tool", "a"), BASE))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "package b: has a file at /bin/tool, where a has one"
                + " (expected: in one package only, or Replaces)");
  }

  @Test
  void refusesAFileWhereAnotherPackageHasADirectory() {
    assertThatThrownBy(() -> merge(deb("b").with("etc/x", "b"), deb("a").with("etc/x/y", "a")))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("package b: has a file at /etc/x, where a has a directory");
  }

  @Test
  void letsAReplacingPackageWinWhateverItsName() throws IOException {
    for (String name : List.of("a", "z")) {
      MergedPackages merged =
          PackageMerge.merge(
              List.of(
                  deb("m").with("etc/x", "old").with("etc/m", "kept").unpacked(),
                  deb(name, "Replaces: m (<< 2)\n").with("etc/x", "new").unpacked()));

      assertThat(merged.tree().find("etc/x")).contains(file("new"));
      assertThat(merged.paths().get("m")).doesNotContain(TreePath.of("etc/x"));
      assertThat(merged.paths().get(name)).contains(TreePath.of("etc/x"));
    }
  }

  @Test
  void holdsReplacesToItsVersion() {
    assertThatThrownBy(() ->
            merge(
                deb("m").with("etc/x", "old"),
                deb("z", "Replaces: m (<< 1.0)\n").with("etc/x", "new")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void lettingFilesOfAPackageWaitWhosePreinstDiverts() throws IOException {
    for (String name : List.of("a", "z")) {
      List<UnpackedPackage> packages =
          List.of(
              deb("owner").with("etc/x", "real").unpacked(),
              deb(name)
                  .with("etc/x", "wrapper")
                  .control("preinst", "#!/bin/sh\ndpkg-divert ...\n")
                  .unpacked());

      MergedPackages merged = PackageMerge.beforeScripts(packages);

      assertThat(merged.tree().find("etc/x")).contains(file("real"));
      assertThat(merged.waiting()).hasSize(1);
      Waiting waiting = merged.waiting().getFirst();
      assertThat(waiting.path()).isEqualTo(TreePath.of("etc/x"));
      assertThat(merged.tree().find(waiting.waiting())).contains(file("wrapper"));
      assertThat(waiting.clash()).contains("/etc/x", "owner", name);
      assertThat(merged.paths().get("owner")).contains(TreePath.of("etc/x"));
      assertThat(merged.paths().get(name)).contains(TreePath.of("etc/x"));
      assertThat(waiting.owner()).isEqualTo(name);
      assertThatThrownBy(() -> PackageMerge.merge(packages)).hasMessageContaining("/etc/x");
    }
  }

  @Test
  void aPackageOfWhichOthersReplacedEverythingDisappears() throws IOException {
    List<UnpackedPackage> packages =
        List.of(
            deb("old").with("etc/x", "old").unpacked(),
            deb("new", "Replaces: old\n").with("etc/x", "new").unpacked());

    MergedPackages merged = PackageMerge.merge(packages);

    assertThat(merged.packages()).extracting(Installed::name).containsExactly("new");
    assertThat(merged.paths()).containsOnlyKeys("new");
  }

  @Test
  void aPackageThatIsNeededOrHasAPathLeftStays() throws IOException {
    UnpackedPackage successor = deb("new", "Replaces: old\n").with("etc/x", "new").unpacked();
    UnpackedPackage old = deb("old", "Provides: v\n").with("etc/x", "old").unpacked();

    for (UnpackedPackage user :
        List.of(
            deb("u", "Depends: a | old\n").unpacked(), deb("u", "Recommends: v\n").unpacked())) {
      assertThat(PackageMerge.merge(List.of(old, successor, user)).packages()).hasSize(3);
    }
    assertThat(
            PackageMerge.merge(
                    List.of(
                        deb("old").with("etc/x", "old").directory("srv/own", 0755).unpacked(),
                        successor))
                .packages())
        .hasSize(2);
  }

  @Test
  void keepsHardLinksWithinAPackage() throws IOException {
    FileTree tree = merge(deb("a").with("usr/bin/one", "1").hardLink("usr/bin/two", "usr/bin/one"));

    assertThat(tree.entry(TreePath.of("usr/bin/one")).orElseThrow().id())
        .isEqualTo(tree.entry(TreePath.of("usr/bin/two")).orElseThrow().id());
  }

  @Test
  void sharesEqualFilesOfOnePackageForTwoArchitectures() throws IOException {
    UnpackedPackage other =
        new UnpackedPackage(
            ControlStanza.parse("Package: l\nVersion: 1.0\nArchitecture: i386\nMulti-Arch: same\n"),
            new java.util.TreeMap<>(),
            deb("l").with("usr/share/doc/l", "doc").unpacked().tree(),
            deb("l").with("usr/share/doc/l", "doc").unpacked().contents());

    MergedPackages merged =
        PackageMerge.merge(
            List.of(
                deb("l", "Multi-Arch: same\n").with("usr/share/doc/l", "doc").unpacked(), other));

    assertThat(merged.paths()).containsOnlyKeys("l:amd64", "l:i386");
  }

  @Test
  void refusesAPackageTwice() {
    assertThatThrownBy(() -> merge(deb("a"), deb("a")))
        .hasMessage("package a: twice in the set (expected: once)");
  }

  @Test
  void findsTheContentsOfEveryPackage() throws IOException {
    MergedPackages merged =
        PackageMerge.merge(
            List.of(deb("a").with("a", "aa").unpacked(), deb("b").with("b", "bb").unpacked()));

    assertThat(merged.contents().open(Digest.sha256("bb")).readAll(9)).asString().isEqualTo("bb");
    assertThat(merged.contents().find(Digest.sha256("cc"))).isEmpty();
  }

  @Property(tries = 50)
  void givesTheSameTreeInAnyOrder(@ForAll long seed) throws IOException {
    List<UnpackedPackage> packages = new ArrayList<>();
    packages.add(BASE.unpacked());
    for (String name : List.of("a", "b", "c", "d")) {
      packages.add(
          deb(name, name.equals("c") ? "Replaces: a, d\n" : "")
              .with("bin/" + name, name)
              .with(name.equals("b") ? "etc/b" : name.equals("c") ? "etc/a" : "etc/" + name, name)
              .directory("usr/share", name.equals("a") ? 0700 : 0755)
              .unpacked());
    }
    MergedPackages expected = PackageMerge.merge(packages);
    Collections.shuffle(packages, new Random(seed));

    MergedPackages merged = PackageMerge.merge(packages);

    assertThat(merged.tree()).isEqualTo(expected.tree());
    assertThat(ConfigureSpec.of(merged, 1).fingerprint())
        .isEqualTo(ConfigureSpec.of(expected, 1).fingerprint());
  }

  private static FileTree merge(Debs... packages) throws IOException {
    List<UnpackedPackage> unpacked = new ArrayList<>();
    for (Debs each : packages) {
      unpacked.add(each.unpacked());
    }
    return PackageMerge.merge(unpacked).tree();
  }
}
