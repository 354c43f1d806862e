package io.microvisor.compose.steps;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.initrd.InitrdNeeds;
import io.microvisor.compose.kernel.BootNeeds;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.testkit.samples.SampleEfi;
import io.microvisor.testkit.samples.SampleModule;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Configured packages that no archive has, with all that every step of a build looks for, so that what steps make of them
/// depends on nothing but our code.
final class SmallSystem {
  static final String RELEASE = "6.12.0-small";

  private static final String MODULES = "usr/lib/modules/" + RELEASE + "/";
  private static final String UNITS = "usr/lib/systemd/system/";
  private static final long TIME = 1_600_000_000;

  private final FileTree.Builder tree = FileTree.builder();
  private final Map<Digest, ByteSource> contents = new HashMap<>();

  private SmallSystem() {}

  /// Makes it.
  static SmallSystem of() {
    SmallSystem system = new SmallSystem();
    system.addPackages();
    system.addKernel();
    system.addBoot();
    return system;
  }

  FileTree tree() {
    return tree.build();
  }

  ContentSource contents() {
    return ContentSource.of(contents);
  }

  private void addPackages() {
    text("usr/lib/os-release", "ID=small\nVERSION_ID=1\n");
    link("etc/os-release", "../usr/lib/os-release");
    text("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nmail:x:8:8::/var/mail:/bin/false\n");
    text("etc/group", "root:x:0:\ndisk:x:6:\nmail:x:8:\nsudo:x:27:\n");
    text("etc/shadow", "root:*:1:0:99999:7:::\nmail:*:1:0:99999:7:::\n");
    text("etc/gshadow", "root:*::\ndisk:*::\nmail:*::\nsudo:*::\n");
    text("etc/shells", "/bin/sh\n/bin/bash\n");
    text("etc/login.defs", "UID_MIN 1000\nSUB_UID_MIN 100000\nSUB_UID_COUNT 65536\n");
    text("etc/sudoers", "@includedir /etc/sudoers.d\n");
    text("etc/ssh/sshd_config", "UsePAM yes\n");
    program("usr/sbin/sshd");
    text("etc/skel/.profile", "umask 022\n");
    text("etc/ld.so.conf.d/small.conf", "/usr/lib/small\n");
    text("usr/share/doc/small/copyright", "Nobody's.\n");
    text("usr/share/doc/small/manual.txt", "How to do without.\n");
    text("usr/share/locale/de/LC_MESSAGES/small.mo", "klein\n");
    text("usr/share/locale/fr/LC_MESSAGES/small.mo", "petit\n");
    text("var/log/installed.log", "small 1\n");
    text("var/lib/dpkg/status", "Package: small\nVersion: 1\nStatus: install ok installed\n");
    text("var/lib/dpkg/info/small.list", "/.\n/boot/vmlinuz-" + RELEASE + "\n");
    text("usr/lib/udev/hwdb.d/20-small.hwdb", "usb:v1234*\n ID_VENDOR=Small\n\n");
    for (String program : List.of("sh", "bash", "sudo", "login")) {
      program("usr/bin/" + program);
    }
    program("usr/sbin/agetty");
    program("usr/sbin/nologin");
    link("bin", "usr/bin");
    link("sbin", "usr/sbin");
    link("lib", "usr/lib");
    // Contents that compress in several ways, and one that does not.
    text("usr/share/small/large", "a line like all the others\n".repeat(40_000));
    text("usr/share/small/small", "x");
    file("usr/share/small/noise", 0644, noise(300_000));
    text("usr/share/small/empty", "");
    tree.put("usr/bin/ping", tree.build().find("usr/bin/sh").orElseThrow());
    directory("root", 0700);
    directory("home", 0755);
    directory("boot", 0755);
    directory("tmp", 01777);
    directory("run", 0755);
    directory("dev", 0755);
    directory("proc", 0555);
    directory("sys", 0555);
  }

  private void addKernel() {
    file("boot/vmlinuz-" + RELEASE, 0644, noise(50_000));
    StringBuilder builtin = new StringBuilder();
    for (String name : BootNeeds.modules()) {
      module("kernel/small/" + name + ".ko", List.of("license=GPL"), List.of(), List.of());
    }
    for (String name : BootNeeds.modulesForState()) {
      builtin.append("kernel/small/").append(name).append(".ko\n");
    }
    module("kernel/small/shared.ko", List.of(), List.of("shared"), List.of());
    module(
        "kernel/drivers/net/wire.ko",
        List.of("alias=pci:v00001234d*", "softdep=pre: shared"),
        List.of(),
        List.of("shared"));
    module("kernel/sound/noise.ko", List.of("alias=of:N*T*Cnoise"), List.of(), List.of());
    text(MODULES + "modules.builtin", builtin.toString());
    text(MODULES + "modules.order", "kernel/small/shared.ko\n");
    text(MODULES + "modules.builtin.modinfo", "");
  }

  private void addBoot() {
    file("usr/lib/systemd/boot/efi/linuxx64.efi.stub", 0644, SampleEfi.stub());
    file("usr/lib/systemd/boot/efi/systemd-bootx64.efi", 0644, SampleEfi.stub());
    InitrdNeeds.programs().forEach(this::program);
    InitrdNeeds.units().forEach(name -> text(UNITS + name, "[Unit]\nDescription=" + name + "\n"));
    InitrdNeeds.rules().forEach(name -> text("usr/lib/udev/rules.d/" + name, "GROUP=\"disk\"\n"));
    text(UNITS + "small.service", "[Service]\nExecStart=sh\n[Install]\nWantedBy=basic.target\n");
    text(UNITS + "getty@.service", "[Service]\nExecStart=-/sbin/agetty - $TERM\n");
    text(UNITS + "systemd-networkd.service", "[Install]\nWantedBy=multi-user.target\n");
    text(UNITS + "systemd-resolved.service", "[Install]\nWantedBy=multi-user.target\n");
  }

  private void module(
      String path, List<String> info, List<String> exported, List<String> imported) {
    file(MODULES + path, 0644, SampleModule.of(info, exported, imported));
  }

  private void program(String path) {
    file(path, 0755, ("program " + path + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void text(String path, String text) {
    file(path, 0644, text.getBytes(StandardCharsets.UTF_8));
  }

  private void file(String path, int mode, byte[] content) {
    Digest digest = Digest.sha256(content);
    contents.put(digest, ByteSource.of(content));
    tree.mkdirs(TreePath.of(path).parent());
    tree.put(path, new Inode.RegularFile(Meta.of(mode).withMtime(TIME), digest, content.length));
  }

  private void link(String path, String target) {
    tree.mkdirs(TreePath.of(path).parent());
    tree.put(path, new Inode.Symlink(Meta.of(0777).withMtime(TIME), target));
  }

  private void directory(String path, int mode) {
    tree.put(path, new Inode.Directory(Meta.of(mode).withMtime(TIME)));
  }

  /// The same at each call.
  private static byte[] noise(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }
}
