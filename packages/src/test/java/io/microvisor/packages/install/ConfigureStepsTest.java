package io.microvisor.packages.install;

import static io.microvisor.packages.install.Debs.deb;
import static io.microvisor.packages.install.Debs.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.sandbox.Sandbox;
import io.microvisor.sandbox.SandboxSupport;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigureStepsTest {
  @Test
  void stubsStandInForProgramsAndGoAgain() throws IOException {
    MergedPackages merged =
        PackageMerge.merge(
            List.of(
                deb("kmod")
                    .with("usr/bin/kmod", "k")
                    .link("usr/sbin/depmod", "../bin/kmod")
                    .unpacked()));
    Stubs stubs = new Stubs(merged.tree(), ConfigureSpec.MADE_ELSEWHERE, 1);

    FileTree laid = stubs.laid();

    assertThat(laid.find("usr/sbin/depmod")).containsInstanceOf(Inode.RegularFile.class);
    assertThat(laid.find("usr/sbin/policy-rc.d")).isPresent();
    assertThat(laid.find("usr/sbin/update-initramfs")).isEmpty();
    assertThat(stubs.lifted(laid)).isEqualTo(merged.tree());
  }

  @Test
  void aStubThatAScriptReplacedStaysReplaced() throws IOException {
    MergedPackages merged =
        PackageMerge.merge(List.of(deb("a").with("usr/sbin/depmod", "d").unpacked()));
    Stubs stubs = new Stubs(merged.tree(), ConfigureSpec.MADE_ELSEWHERE, 1);

    FileTree after = stubs.laid().toBuilder().put("usr/sbin/depmod", file("other")).build();

    assertThat(stubs.lifted(after).find("usr/sbin/depmod")).contains(file("other"));
  }

  @Test
  void noHostKeysAreMadeToBeThrownAway() throws IOException {
    MergedPackages merged =
        PackageMerge.merge(List.of(deb("openssh-server").with("usr/sbin/sshd", "s").unpacked()));
    Stubs stubs = new Stubs(merged.tree(), ConfigureSpec.MADE_ELSEWHERE, 1);

    FileTree laid = stubs.laid();

    assertThat(laid.find("etc/ssh/ssh_host_rsa_key")).isPresent();
    assertThat(stubs.lifted(laid).find("etc/ssh/ssh_host_rsa_key")).isEmpty();
  }

  @Test
  void kernelModulesStayOutsideAndComeBack() throws IOException {
    FileTree tree =
        PackageMerge.merge(
                List.of(
                    deb("linux")
                        .with("usr/lib/modules/6/kernel/a.ko.xz", "a")
                        .with("usr/lib/modules/6/modules.builtin", "b")
                        .unpacked()))
            .tree();
    Withheld withheld = new Withheld(tree);

    assertThat(withheld.rest().find("usr/lib/modules/6/kernel/a.ko.xz")).isEmpty();
    assertThat(withheld.rest().find("usr/lib/modules/6/modules.builtin")).isPresent();
    assertThat(withheld.returned(withheld.rest())).isEqualTo(tree);
  }

  @Test
  void pristineTreesHoldNothingOfOneRunOrMachine() {
    Inode old = file("x").withMeta(Meta.of(0644).withMtime(5));
    FileTree merged = FileTree.builder().mkdirs(TreePath.of("etc")).put("etc/kept", old).build();
    FileTree configured =
        merged.toBuilder()
            .put("etc/made", file("m").withMeta(Meta.of(0600).withMtime(99)))
            .put("etc/machine-id", file("4711"))
            .put("etc/passwd-", file("backup"))
            .mkdirs(TreePath.of("etc/ssh"))
            .put("etc/ssh/ssh_host_rsa_key", file("secret"))
            .mkdirs(TreePath.of("var/log/apt"))
            .put("var/log/apt/log", file("log"))
            .mkdirs(TreePath.of("run/lock"))
            .build();

    FileTree pristine = Pristine.of(merged, configured, 7);

    assertThat(pristine.find("etc/kept")).contains(old);
    assertThat(pristine.find("etc/made").orElseThrow().meta())
        .isEqualTo(Meta.of(0600).withMtime(7));
    assertThat(pristine.find("etc/machine-id").orElseThrow())
        .isInstanceOfSatisfying(Inode.RegularFile.class, f -> assertThat(f.size()).isZero());
    assertThat(pristine.entries().map(e -> e.path().toString()))
        .containsExactly(
            "",
            "etc",
            "etc/kept",
            "etc/machine-id",
            "etc/made",
            "etc/ssh",
            "run",
            "var",
            "var/log",
            "var/log/apt");
  }

  @Test
  void essentialPackagesAndWhatTheyNeedAreConfiguredFirst() throws IOException {
    MergedPackages merged =
        PackageMerge.merge(
            List.of(
                deb("base", "Essential: yes\nDepends: awk, lib (>= 1)\n").unpacked(),
                deb("mawk", "Provides: awk\n").unpacked(),
                deb("lib", "Multi-Arch: same\nPre-Depends: deep\n").unpacked(),
                deb("deep").unpacked(),
                deb("passwd", "Priority: required\n").unpacked(),
                deb("server", "Depends: base\n").unpacked()));

    List<ConfigureOrder.Batch> batches = ConfigureOrder.of(merged.packages());

    assertThat(names(batches.get(0).configured()))
        .containsExactly("base", "deep", "lib:amd64", "mawk", "passwd");
    assertThat(names(batches.get(1).configured())).containsExactly("server");
    assertThat(batches).hasSize(2);
  }

  @Test
  void whatAPreinstNeedsBeforehandIsConfiguredBeforeItRuns() throws IOException {
    String preinst = "#!/bin/sh\n";
    MergedPackages merged =
        PackageMerge.merge(
            List.of(
                deb("base-files", "Essential: yes\n").control("preinst", preinst).unpacked(),
                deb("base-passwd", "Essential: yes\n").control("preinst", preinst).unpacked(),
                deb("a", "Pre-Depends: m\nDepends: other\n").control("preinst", preinst).unpacked(),
                deb("m", "Depends: n\n").control("preinst", preinst).unpacked(),
                deb("n", "Pre-Depends: o\nDepends: m\n").control("preinst", preinst).unpacked(),
                deb("o").unpacked(),
                deb("other", "Depends: a\n").unpacked()));

    List<ConfigureOrder.Batch> batches = ConfigureOrder.of(merged.packages());

    assertThat(batches)
        .extracting(batch -> names(batch.preinsts()).toString())
        .containsExactly("[base-passwd, base-files]", "[]", "[m, n]", "[a]");
    assertThat(batches)
        .extracting(batch -> names(batch.configured()).toString())
        .containsExactly("[base-files, base-passwd]", "[o]", "[m, n]", "[a, other]");
  }

  private static List<String> names(List<Installed> packages) {
    return packages.stream().map(Installed::id).toList();
  }

  @Test
  void fingerprintsTellInputsApart() throws IOException {
    MergedPackages merged = PackageMerge.merge(List.of(deb("a").unpacked()));
    MergedPackages script =
        PackageMerge.merge(List.of(deb("a").control("postinst", "#!/bin/sh\n").unpacked()));

    assertThat(ConfigureSpec.of(merged, 1).fingerprint())
        .isEqualTo(ConfigureSpec.of(merged, 1).fingerprint())
        .isNotEqualTo(ConfigureSpec.of(merged, 2).fingerprint())
        .isNotEqualTo(ConfigureSpec.of(script, 1).fingerprint());
  }

  @Test
  void refusesToConfigureWithoutDpkg() throws IOException {
    MergedPackages merged = PackageMerge.merge(List.of(deb("a").unpacked()));
    Configure configure =
        Configure.in(Sandbox.on(new SandboxSupport.AsRoot(SandboxSupport.Ids.SAME)));

    assertThatThrownBy(() ->
            configure.configure(
                ConfigureSpec.of(merged, 1),
                io.microvisor.bytes.ContentSink.discarding(),
                line -> {}))
        .hasMessage("packages: no /usr/bin/dpkg among them (expected: all essential packages)");
  }
}
