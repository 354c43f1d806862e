package io.microvisor.packages.install;

import static io.microvisor.packages.install.Debs.deb;
import static io.microvisor.packages.install.Debs.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.unpack.UnpackedPackage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PackageMergeTest {
  private static final UnpackedPackage BASE =
      deb("base-files")
          .link("bin", "usr/bin")
          .link("lib", "usr/lib")
          .directory("usr/bin", 0755)
          .directory("usr/lib", 0755)
          .directory("tmp", 01777)
          .unpacked();

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
        PackageMerge.merge(List.of(BASE, deb("old").with("bin/tool", "t").unpacked()));

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
                  deb("m").with("etc/x", "old").unpacked(),
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
  void sendsOthersFilesWhereADiversionSays() throws IOException {
    Diversion diversion =
        new Diversion(TreePath.of("etc/x"), TreePath.of("etc/x.real"), "diverter");

    MergedPackages merged =
        PackageMerge.merge(
            List.of(
                deb("owner").with("etc/x", "real").unpacked(),
                deb("diverter").with("etc/x", "wrapper").unpacked()),
            List.of(diversion));

    assertThat(merged.tree().find("etc/x")).contains(file("wrapper"));
    assertThat(merged.tree().find("etc/x.real")).contains(file("real"));
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
            "Package: l\nVersion: 1.0\nArchitecture: i386\nMulti-Arch: same\n",
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
    packages.add(BASE);
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

  private static FileTree merge(Object... packages) throws IOException {
    return PackageMerge.merge(
            Arrays.stream(packages)
                .map(p -> p instanceof Debs debs ? debs.unpacked() : (UnpackedPackage) p)
                .toList())
        .tree();
  }
}
