package io.microvisor.compose.inspect;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A kernel command line, word by word (kernel-command-line(7), Documentation/admin-guide/kernel-parameters.txt).
///
/// @param words in their order
public record CommandLine(List<Word> words) {
  /// A word and what it does.
  ///
  /// @param meaning empty for one that is not known here
  public record Word(String text, String meaning) {}

  private static final Map<String, String> MEANINGS = new LinkedHashMap<>();

  static {
    MEANINGS.put(
        "roothash=", "the root of the hash tree; its halves are the UUIDs of root and tree");
    MEANINGS.put(
        "systemd.verity_root_options=restart-on-corruption",
        "a block that is not what was built restarts the machine");
    MEANINGS.put("systemd.verity_root_options=", "options of the verified root");
    MEANINGS.put("root=", "the root file system's device");
    MEANINGS.put("rootfstype=", "the root's file system");
    MEANINGS.put("rootflags=", "the root's mount options");
    MEANINGS.put("ro", "the root is mounted read-only");
    MEANINGS.put("rw", "the root is mounted for writing");
    MEANINGS.put("panic=", "seconds until a kernel that panicked restarts");
    MEANINGS.put("systemd.crash_action=", "what happens when systemd itself crashes");
    MEANINGS.put("gpt", "use the backup partition table where the first is damaged");
    MEANINGS.put("console=", "where the kernel prints; the last one is /dev/console");
    MEANINGS.put("quiet", "the kernel prints warnings only, systemd only failures");
    MEANINGS.put("loglevel=", "the kernel prints what is more urgent than this");
    MEANINGS.put("cryptomgr.notests", "the kernel does not try all its ciphers at each boot");
    MEANINGS.put("systemd.ssh_auto=no", "no ssh server on sockets besides port 22");
    MEANINGS.put("systemd.watchdog_sec=", "a machine whose systemd hangs that long is reset");
    MEANINGS.put("systemd.unit=", "the unit to boot into");
    MEANINGS.put("systemd.mask=", "a unit that nothing starts");
    MEANINGS.put("systemd.wants=", "one more unit to start");
    MEANINGS.put("systemd.gpt_auto=", "whether partitions are found by their types");
    MEANINGS.put("systemd.default_device_timeout_sec=", "how long devices may take to appear");
    MEANINGS.put("systemd.show_status=", "what systemd prints while booting");
    MEANINGS.put("init=", "the program to start instead of systemd");
    MEANINGS.put("module.sig_enforce", "only signed modules are loaded");
    MEANINGS.put("lockdown=", "what even root may not do to the kernel");
    MEANINGS.put("nomodeset", "no graphics drivers");
    MEANINGS.put("mitigations=", "which processor flaws are worked around");
    MEANINGS.put("isolcpus=", "processors left to chosen tasks");
    MEANINGS.put("nohz_full=", "processors without a timer tick");
    MEANINGS.put("rcu_nocbs=", "processors that do no deferred kernel work");
    MEANINGS.put("hugepages=", "how many huge pages are set aside at boot");
    MEANINGS.put("hugepagesz=", "their size");
    MEANINGS.put("intel_iommu=", "the IOMMU of Intel's processors");
    MEANINGS.put("iommu=", "the IOMMU");
    MEANINGS.put("resume=", "the device to resume from");
    MEANINGS.put("fsck.mode=", "whether file systems are checked");
    MEANINGS.put("audit=", "whether the kernel audits");
    MEANINGS.put("selinux=", "whether SELinux is on");
  }

  public CommandLine {
    words = List.copyOf(words);
  }

  static CommandLine parse(String text) {
    return new CommandLine(
        List.of(text.strip().split("\\s+")).stream()
            .filter(word -> !word.isEmpty())
            .map(word -> new Word(word, meaning(word)))
            .toList());
  }

  private static String meaning(String word) {
    for (Map.Entry<String, String> each : MEANINGS.entrySet()) {
      String key = each.getKey();
      if (word.equals(key) || key.endsWith("=") && word.startsWith(key)) {
        return each.getValue();
      }
    }
    return "";
  }

  /// Whether a word is there.
  boolean has(String word) {
    return words.stream().anyMatch(each -> each.text().equals(word));
  }

  /// Whether a word begins so.
  boolean hasSetting(String prefix) {
    return words.stream().anyMatch(each -> each.text().startsWith(prefix));
  }
}
