package io.microvisor.compose.state;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.FormatException;
import io.microvisor.compose.template.Disk;
import io.microvisor.compose.template.Template;
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

  /// What a slot that holds nothing is called (UAPI.2).
  public static final String EMPTY = "_empty";

  private static final int LARGEST = 1 << 16;

  private LayoutDefinitions() {}

  /// A partition as a definition has it.
  ///
  /// @param type as systemd-repart calls it
  /// @param label empty: the image's own
  /// @param least its smallest size, in bytes
  /// @param grows whether it takes what is left of the disk
  public record Planned(String type, String label, long least, boolean grows) {}

  /// The partitions of a machine's disk, in order, as an image's root says; none, if its machines keep no state.
  ///
  /// @throws FormatException if a file is not one of ours
  public static List<Planned> read(FileView root) throws IOException {
    List<Planned> planned = new ArrayList<>();
    for (FileView.Seen each : root.list(TreePath.of("usr/lib/repart.d"))) {
      if (each instanceof FileView.Seen.File file && file.path().name().endsWith(".conf")) {
        planned.add(parse(file));
      }
    }
    return List.copyOf(planned);
  }

  private static Planned parse(FileView.Seen.File file) throws IOException {
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
    return new Planned(
        values.getOrDefault("Type", ""),
        values.getOrDefault("Label", ""),
        Long.parseLong(least),
        !values.containsKey("SizeMaxBytes"));
  }

  /// The files by name.
  public static SortedMap<String, String> of(Template template) {
    Disk disk = template.disk();
    ByteSize root = disk.root().size();
    ByteSize verity = disk.rootVerity().size();
    String free = "Label=" + EMPTY + "\nReadOnly=yes\nNoAuto=yes\n";
    SortedMap<String, String> files = new TreeMap<>();
    files.put("10-esp.conf", fixed("esp", disk.esp().size()));
    files.put("20-root-a.conf", fixed("root-x86-64", root) + "ReadOnly=yes\n");
    files.put("21-root-a-verity.conf", fixed("root-x86-64-verity", verity) + "ReadOnly=yes\n");
    files.put("30-root-b.conf", fixed("root-x86-64", root) + free);
    files.put("31-root-b-verity.conf", fixed("root-x86-64-verity", verity) + free);
    files.put(
        "40-state.conf",
        """
        [Partition]
        Type=linux-generic
        UUID=%s
        Label=%s
        Format=ext4
        SizeMinBytes=%d
        """
            .formatted(
                NodeDisk.stateGuid(template),
                StateStore.label(template.system().persistence()),
                disk.state().size().bytes()));
    return files;
  }

  private static String fixed(String type, ByteSize size) {
    return """
    [Partition]
    Type=%1$s
    SizeMinBytes=%2$d
    SizeMaxBytes=%2$d
    """
        .formatted(type, size.bytes());
  }
}
