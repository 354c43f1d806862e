package io.microvisor.machine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How long a guest took to boot, as its systemd tells: what `systemd-analyze time` and `systemd-analyze blame` would say.
///
/// @param phases how long each took; one that systemd knows nothing of is absent: firmware and loader where there was no
///     UEFI boot loader that told
/// @param units those that took some time to start, the longest first; devices, which only appear, are left out
/// @param uptime the time since the kernel's start when the report was written
/// @param state what `systemctl is-system-running` says: `running`, `degraded` ...
/// @param systemd its version
public record BootTimes(
    SortedMap<Phase, Duration> phases,
    List<UnitTime> units,
    Duration uptime,
    String state,
    String systemd) {
  /// What a boot consists of, in order.
  public enum Phase {
    /// Until the boot loader runs.
    FIRMWARE,
    /// Until the boot loader starts the kernel.
    LOADER,
    /// Until the initrd's systemd runs, its archive unpacked.
    KERNEL,
    /// Until the root file system's systemd runs.
    INITRD,
    /// Until all units that are wanted at boot have started.
    USERSPACE
  }

  /// A unit.
  ///
  /// @param began how long after the kernel's start it began to start
  /// @param took until it had started
  public record UnitTime(String name, Duration began, Duration took) {}

  private static final String UNIT = "emt-boot-report.service";

  /// The last thing the guest writes begins so.
  private static final String END = "systemd 2";

  /// Starts when everything else has, waits until systemd says so, and writes what it knows to the second serial port. The
  /// figures are written by `ExecStopPost=`, so that this unit is no part of the boot that it measures, and needs no shell.
  private static final String SERVICE =
      """
      [Unit]
      Description=Report of the boot's times
      DefaultDependencies=no
      After=multi-user.target graphical.target

      [Service]
      Type=simple
      StandardOutput=file:/dev/ttyS1
      ExecStart=/usr/bin/systemctl is-system-running --wait
      ExecStopPost=/usr/bin/systemctl show -p SystemState \
      -p FirmwareTimestampMonotonic -p LoaderTimestampMonotonic -p InitRDTimestampMonotonic \
      -p UserspaceTimestampMonotonic -p FinishTimestampMonotonic
      ExecStopPost=/usr/bin/systemctl show -p Id \
      -p InactiveExitTimestampMonotonic -p ActiveEnterTimestampMonotonic *
      ExecStopPost=/usr/bin/cat /proc/uptime
      ExecStopPost=/usr/bin/systemctl --version
      """;

  /// proc(5), `/proc/uptime`.
  private static final Pattern UPTIME = Pattern.compile("(?m)^(\\d{1,9})\\.(\\d\\d) [\\d.]+$");

  private static final Comparator<UnitTime> LONGEST =
      Comparator.comparing(UnitTime::took).reversed().thenComparing(UnitTime::name);

  public BootTimes {
    phases = Collections.unmodifiableSortedMap(new TreeMap<>(phases));
    units = units.stream().sorted(LONGEST).toList();
  }

  /// The time of all phases together.
  public Duration total() {
    return phases.values().stream().reduce(Duration.ZERO, Duration::plus);
  }

  /// What makes a guest report: a unit, handed in for one boot (systemd.system-credentials(7), `systemd.extra-unit.*`,
  /// which systemd 256 and later know). The machine needs [MachineSpec.Report#SERIAL].
  public static List<Credential> credentials() {
    return List.of(
        new Credential("systemd.extra-unit." + UNIT, SERVICE),
        new Credential("systemd.unit-dropin.basic.target", "[Unit]\nWants=" + UNIT + "\n"));
  }

  /// The unit of [#credentials], for an image that is to bring it itself: as a service of the template, by this name.
  ///
  /// @return name and text
  public static Map.Entry<String, String> unit() {
    return Map.entry(UNIT, SERVICE + "\n[Install]\nWantedBy=basic.target\n");
  }

  /// Reads a report; empty while it is not complete.
  ///
  /// @param report what the guest has written so far, see [Machine#report]
  public static Optional<BootTimes> parse(String report) {
    String text = report.replace("\r", "");
    int end = ("\n" + text).indexOf("\n" + END);
    if (end < 0 || text.indexOf('\n', end) < 0) {
      return Optional.empty();
    }
    List<Map<String, String>> blocks = blocks(text.substring(0, end));
    Map<String, String> manager = blocks.isEmpty() ? Map.of() : blocks.getFirst();
    List<UnitTime> units = new ArrayList<>();
    for (Map<String, String> block : blocks) {
      long began = micros(block, "InactiveExitTimestampMonotonic");
      long active = micros(block, "ActiveEnterTimestampMonotonic");
      String name = block.getOrDefault("Id", "?");
      if (active > began && began > 0 && !name.endsWith(".device")) {
        units.add(new UnitTime(name, duration(began), duration(active - began)));
      }
    }
    Matcher up = UPTIME.matcher(text);
    Duration uptime =
        up.find()
            ? duration(
                Long.parseLong(up.group(1)) * 1_000_000 + Long.parseLong(up.group(2)) * 10_000)
            : Duration.ZERO;
    String version = text.substring(end, text.indexOf('\n', end));
    return Optional.of(
        new BootTimes(
            phases(manager), units, uptime, manager.getOrDefault("SystemState", "?"), version));
  }

  /// Properties, in blocks with empty lines between.
  private static List<Map<String, String>> blocks(String text) {
    List<Map<String, String>> blocks = new ArrayList<>();
    Map<String, String> block = new HashMap<>();
    for (String line : text.split("\n", -1)) {
      int equals = line.indexOf('=');
      // Each command's answer begins anew, with or without an empty line before.
      if (line.isEmpty() || equals > 0 && block.containsKey(line.substring(0, equals))) {
        blocks.add(block);
        block = new HashMap<>();
      }
      if (equals > 0) {
        block.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    blocks.add(block);
    return blocks.stream().filter(each -> !each.isEmpty()).toList();
  }

  /// The kernel's start is 0; what came before is counted back from it.
  private static SortedMap<Phase, Duration> phases(Map<String, String> manager) {
    long firmware = micros(manager, "FirmwareTimestampMonotonic");
    long loader = micros(manager, "LoaderTimestampMonotonic");
    long initrd = micros(manager, "InitRDTimestampMonotonic");
    long userspace = micros(manager, "UserspaceTimestampMonotonic");
    long finish = micros(manager, "FinishTimestampMonotonic");
    SortedMap<Phase, Duration> phases = new TreeMap<>();
    put(phases, Phase.FIRMWARE, firmware > 0 ? firmware - loader : 0);
    put(phases, Phase.LOADER, loader);
    put(phases, Phase.KERNEL, initrd > 0 ? initrd : userspace);
    put(phases, Phase.INITRD, initrd > 0 ? userspace - initrd : 0);
    put(phases, Phase.USERSPACE, finish > 0 ? finish - userspace : 0);
    return phases;
  }

  private static void put(SortedMap<Phase, Duration> phases, Phase phase, long micros) {
    if (micros > 0) {
      phases.put(phase, duration(micros));
    }
  }

  private static Duration duration(long micros) {
    return Duration.ofNanos(Math.multiplyExact(micros, 1000L));
  }

  private static long micros(Map<String, String> block, String property) {
    String value = block.getOrDefault(property, "");
    return value.matches("\\d{1,15}") ? Long.parseLong(value) : 0;
  }
}
