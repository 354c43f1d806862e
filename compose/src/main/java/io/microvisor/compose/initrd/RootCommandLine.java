package io.microvisor.compose.initrd;

import io.microvisor.bytes.Digest;
import java.util.ArrayList;
import java.util.List;

/// The kernel command line that leads this initrd to its root.
public final class RootCommandLine {
  /// Options of the dm-verity root: a block that does not match its hash restarts the machine.
  public static final String VERITY_OPTIONS = "systemd.verity_root_options=restart-on-corruption";

  /// What every image says besides its root: panics and crashes restart after ten seconds, and the backup partition table is used
  /// when the first is damaged.
  public static final List<String> UNATTENDED =
      List.of("panic=10", "systemd.crash_action=reboot", "gpt");

  private RootCommandLine() {}

  /// The command line for an EROFS root on dm-verity: `roothash=` names its partitions, whose UUIDs are the first and the last
  /// 128 bits of the hash (UAPI.2), and the initrd mounts `/dev/mapper/root` read-only.
  ///
  /// @param rootHash the root of the hash tree
  /// @param further what else to say, such as consoles, in order
  public static String verity(Digest rootHash, List<String> further) {
    List<String> words = new ArrayList<>();
    words.add("roothash=" + rootHash.hex());
    words.add(VERITY_OPTIONS);
    words.add("root=/dev/mapper/root");
    words.add("rootfstype=erofs");
    words.add("ro");
    words.addAll(UNATTENDED);
    words.addAll(further);
    return String.join(" ", words);
  }
}
