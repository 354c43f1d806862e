package io.microvisor.compose.state;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.Guid;
import io.microvisor.compose.layout.Content;
import io.microvisor.compose.layout.DiskLayout;
import io.microvisor.compose.layout.Partition;
import io.microvisor.compose.layout.PartitionGuid;
import io.microvisor.compose.layout.PartitionSize;
import io.microvisor.compose.layout.Role;
import io.microvisor.formats.gpt.PartitionFlag;
import io.microvisor.formats.gpt.PartitionType;
import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The partitions of a machine's disk in the words of repart.d(5).
///
/// systemd-repart matches what is there by type and order alone: the first root partition is the first file of that type. So
/// slot A has files of its own, fixed in size, although the image brings it; without them slot B's would take it for theirs.
/// Only the state may grow.
///
/// A release must not change them. If one does all the same and its wishes do not fit, systemd-repart does nothing at all,
/// and the machine boots with the partitions it has.
public final class LayoutDefinitions {
  /// The folder they lie in.
  public static final String FOLDER = "usr/lib/repart.d/";

  private static final int LARGEST = 1 << 16;

  private LayoutDefinitions() {}

  /// A partition as a definition has it.
  ///
  /// @param type as systemd-repart calls it
  /// @param label empty: the image's own
  public record Definition(String type, String label, PartitionSize size) {}

  /// The partitions of a machine's disk, in order, as an image's root says; none, if its machines keep no state.
  ///
  /// @throws FormatException if a file is not one of ours
  public static List<Definition> read(FileView root) throws IOException {
    List<Definition> definitions = new ArrayList<>();
    for (FileView.Seen each : root.list(TreePath.of("usr/lib/repart.d"))) {
      if (each instanceof FileView.Seen.File file && file.path().name().endsWith(".conf")) {
        definitions.add(parse(file));
      }
    }
    return List.copyOf(definitions);
  }

  private static Definition parse(FileView.Seen.File file) throws IOException {
    Map<String, String> values = new HashMap<>();
    new String(file.content().readAll(LARGEST), StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.split("=", 2))
        .filter(parts -> parts.length == 2)
        .forEach(parts -> values.put(parts[0], parts[1]));
    String least = values.getOrDefault("SizeMinBytes", "");
    if (!least.matches("[0-9]{1,18}")) {
      throw FormatException.damaged(
          file.path().absolute(), 0, "SizeMinBytes=" + least + " (expected: a number of bytes)");
    }
    ByteSize size = new ByteSize(Long.parseLong(least));
    return new Definition(
        values.getOrDefault("Type", ""),
        values.getOrDefault("Label", ""),
        values.containsKey("SizeMaxBytes")
            ? new PartitionSize.Exactly(size)
            : new PartitionSize.AtLeast(size));
  }

  /// Which of them systemd-repart makes on a disk with partitions of these types: as it does, each definition in turn takes the first
  /// partition of its type that no other has taken.
  ///
  /// @param types of the partitions that are there, in order
  public static List<Definition> made(List<Definition> definitions, List<PartitionType> types) {
    List<String> free = new ArrayList<>(types.stream().map(PartitionType::identifier).toList());
    return definitions.stream().filter(each -> !free.remove(each.type())).toList();
  }

  /// The files by name. Their order is the partitions': each begins the next ten, and a hash tree follows its root.
  public static SortedMap<String, String> of(DiskLayout layout) {
    SortedMap<String, String> files = new TreeMap<>();
    int number = 0;
    for (Partition each : layout.partitions()) {
      number =
          switch (each.role()) {
            case Role.RootVerity _ -> number + 1;
            case Role.Esp _, Role.Root _, Role.State _ -> (number / 10 + 1) * 10;
          };
      if (number > 99) {
        throw new IllegalArgumentException(
            each.role().name()
                + ": number "
                + number
                + " (expected: two digits, or files are in another order)");
      }
      files.put(number + "-" + each.role().name() + ".conf", text(each));
    }
    return files;
  }

  /// Of what the image brings, it says neither label nor GUID, which are other ones in each release. The order of the lines is that
  /// of the first release.
  private static String text(Partition partition) {
    List<String> lines = new ArrayList<>(List.of("[Partition]"));
    lines.add("Type=" + partition.type().identifier());
    switch (partition.size()) {
      case PartitionSize.Exactly(ByteSize size) -> {
        lines.add("SizeMinBytes=" + size.bytes());
        lines.add("SizeMaxBytes=" + size.bytes());
        lines.addAll(made(partition));
      }
      case PartitionSize.AtLeast(ByteSize least) -> {
        lines.addAll(made(partition));
        lines.add("SizeMinBytes=" + least.bytes());
      }
    }
    for (PartitionFlag flag : partition.flags()) {
      lines.add(word(flag) + "=yes");
    }
    return String.join("\n", lines) + "\n";
  }

  /// What it says of a partition that it makes.
  private static List<String> made(Partition partition) {
    if (partition.isInImage()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    if (partition.guid() instanceof PartitionGuid.Fixed(Guid guid)) {
      lines.add("UUID=" + guid);
    }
    lines.add("Label=" + partition.label());
    switch (partition.content()) {
      case Content.OnMachine.EXT4 -> lines.add("Format=ext4");
      case Content.OnMachine.NOTHING -> {}
      case Content.Built _ -> {}
    }
    return lines;
  }

  private static String word(PartitionFlag flag) {
    return switch (flag) {
      case READ_ONLY -> "ReadOnly";
      case NO_AUTO -> "NoAuto";
      case GROW_FILE_SYSTEM -> "GrowFileSystem";
      case REQUIRED, NO_BLOCK_IO, LEGACY_BIOS_BOOTABLE ->
          throw new IllegalArgumentException(flag + ": repart.d(5) has no word for it");
    };
  }
}
