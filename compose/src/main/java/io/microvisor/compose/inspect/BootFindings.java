package io.microvisor.compose.inspect;

import io.microvisor.bytes.ByteSize;
import io.microvisor.compose.rootfs.UnitFiles;
import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Names what costs time in a boot and need not: waiting, work that a read-only image does not need, programs that run to
/// find that there is nothing to do.
final class BootFindings {
  private static final long LARGE_INITRD = 20_000_000;

  /// Units by beginnings of their names.
  private static final Map<String, String> UNITS = new LinkedHashMap<>();

  static {
    UNITS.put("systemd-udev-settle.", "waits until all devices have settled");
    UNITS.put("systemd-networkd-wait-online", "holds back what wants the network until it is up");
    UNITS.put("NetworkManager-wait-online", "holds back what wants the network until it is up");
    UNITS.put("ifupdown-wait-online", "holds back what wants the network until it is up");
    UNITS.put("networking.", "brings interfaces up one after another (ifupdown)");
    UNITS.put("plymouth-", "draws a boot screen");
    UNITS.put("apt-daily", "looks for packages; a read-only root takes none");
    UNITS.put("dpkg-db-backup.", "copies the package database, which cannot change");
    UNITS.put("man-db.", "indexes manuals");
    UNITS.put("e2scrub_", "looks for LVM volumes to scrub");
    UNITS.put("snapd.", "starts the snap daemon");
    UNITS.put("ModemManager.", "looks for modems on every serial port");
    UNITS.put("packagekit.", "looks for packages; a read-only root takes none");
    UNITS.put("unattended-upgrades.", "looks for packages; a read-only root takes none");
  }

  private final List<BootAnatomy.Finding> findings = new ArrayList<>();

  private BootFindings() {}

  static List<BootAnatomy.Finding> of(
      Map<String, String> loader,
      String kernel,
      CommandLine commandLine,
      BootAnatomy.Initrd initrd,
      FileView initrdFiles,
      BootAnatomy.Start start,
      Optional<FileView> root)
      throws IOException {
    BootFindings found = new BootFindings();
    found.loader(loader);
    found.commandLine(commandLine);
    if (initrd.stored() > LARGE_INITRD) {
      found.add(
          ".initrd",
          new ByteSize(initrd.stored())
              + ": the firmware reads it, and the kernel unpacks it ("
              + new ByteSize(initrd.unpacked())
              + ")");
    }
    found.start("initrd", initrd.start(), initrdFiles, commandLine, kernel);
    if (root.isPresent()) {
      found.start("root", start, root.get(), commandLine, kernel);
    }
    return List.copyOf(found.findings);
  }

  private void add(String subject, String what) {
    findings.add(new BootAnatomy.Finding(subject, what));
  }

  private void loader(Map<String, String> loader) {
    String timeout = loader.getOrDefault("timeout", "0");
    if (!timeout.equals("0")
        && !timeout.equals("menu-disabled")
        && !timeout.equals("menu-hidden")) {
      add("loader.conf: timeout " + timeout, "the boot loader waits for keys that long");
    }
  }

  private void commandLine(CommandLine commandLine) {
    if (commandLine.hasSetting("console=ttyS") && !commandLine.has("quiet")) {
      add("quiet", "is missing: the kernel waits for the serial line, some 90 lines a second");
    }
  }

  private void start(
      String where, BootAnatomy.Start start, FileView files, CommandLine commandLine, String kernel)
      throws IOException {
    for (String unit : start.units()) {
      for (Map.Entry<String, String> each : UNITS.entrySet()) {
        if (unit.startsWith(each.getKey())) {
          add(where + ": " + unit, each.getValue());
        }
      }
    }
    for (String generator : start.generators()) {
      String why = needless(generator, files, commandLine, kernel);
      if (!why.isEmpty()) {
        add(where + ": " + generator, "runs, " + why);
      }
    }
  }

  /// Why a generator has nothing to do; empty if it may have.
  private static String needless(
      String generator, FileView files, CommandLine commandLine, String kernel) throws IOException {
    return switch (generator) {
      case "systemd-cryptsetup-generator" ->
          has(files, "etc/crypttab")
                  || commandLine.hasSetting("luks.")
                  || commandLine.hasSetting("rd.luks.")
              ? ""
              : "but there is no /etc/crypttab and no luks= on the command line";
      case "systemd-integritysetup-generator" ->
          has(files, "etc/integritytab") ? "" : "but there is no /etc/integritytab";
      case "systemd-fstab-generator" ->
          has(files, "etc/fstab")
                  || commandLine.hasSetting("mount.")
                  || commandLine.hasSetting("root=")
              ? ""
              : "but there is no /etc/fstab and no root= on the command line";
      case "systemd-hibernate-resume-generator" ->
          commandLine.hasSetting("resume=") ? "" : "but there is nothing to resume from";
      case "systemd-rc-local-generator" ->
          has(files, "etc/rc.local") ? "" : "but there is no /etc/rc.local";
      case "systemd-system-update-generator" ->
          has(files, "system-update") || has(files, "etc/system-update")
              ? ""
              : "but a read-only root has no offline update";
      case "systemd-ssh-generator" ->
          commandLine.has("systemd.ssh_auto=no") ? "but the command line turns it off" : "";
      case "systemd-sysv-generator" ->
          sysv(files) ? "" : "but every script in /etc/init.d has a unit";
      case "systemd-bless-boot-generator" ->
          kernel.contains("+") ? "" : "but the kernel image counts no tries";
      case "systemd-gpt-auto-generator" ->
          commandLine.has("systemd.gpt_auto=no") || commandLine.has("systemd.gpt_auto=0")
              ? "but the command line turns it off"
              : "";
      default -> "";
    };
  }

  private static boolean has(FileView files, String path) throws IOException {
    Optional<FileView.Seen> found = files.resolve(path);
    return found.isPresent() && !(found.get() instanceof FileView.Seen.File file && blank(file));
  }

  /// Nothing but comments.
  private static boolean blank(FileView.Seen.File file) throws IOException {
    return file.content().size() < 1 << 16
        && new String(file.content().readAll(1 << 16), StandardCharsets.UTF_8)
            .lines()
            .allMatch(line -> line.isBlank() || line.startsWith("#"));
  }

  /// Whether a script lacks a unit of its name.
  private static boolean sysv(FileView files) throws IOException {
    Optional<FileView.Seen> folder = files.resolve("etc/init.d");
    if (folder.isEmpty()) {
      return false;
    }
    UnitFiles units = new UnitFiles(files);
    for (FileView.Seen script : files.list(folder.get().path())) {
      boolean program = script instanceof FileView.Seen.File && (script.meta().mode() & 0111) != 0;
      String unit = script.path().name().replaceFirst("\\.sh$", "") + ".service";
      if (program && !units.has(unit)) {
        return true;
      }
    }
    return false;
  }
}
