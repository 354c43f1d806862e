package io.microvisor.cli.image;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.FormatException;
import io.microvisor.cli.terminal.Printable;
import io.microvisor.compose.inspect.DiskImage;
import io.microvisor.compose.layout.PartitionSize;
import io.microvisor.compose.state.LayoutDefinitions;
import io.microvisor.compose.state.LayoutDefinitions.Definition;
import io.microvisor.compose.state.PathTable;
import io.microvisor.formats.gpt.PartitionType;
import io.microvisor.formats.tree.FileView;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A machine's disk and paths, as its image determines them.
///
/// @param partitions those of the image, then those that the first boot makes
record LayoutView(List<Row> partitions, PathTable paths) {
  private static final int LARGEST = 1 << 20;

  /// A partition.
  ///
  /// @param made whether the first boot makes it
  record Row(String type, String label, long size, boolean grows, boolean made) {}

  /// Reads it from an image.
  ///
  /// @throws FormatException if its root does not say who owns what
  static LayoutView of(DiskImage image) throws IOException {
    FileView root = image.root();
    List<Row> partitions = new ArrayList<>();
    for (Inspection.Partition each : Inspection.partitions(image)) {
      partitions.add(new Row(each.type(), each.label(), each.size(), false, false));
    }
    List<PartitionType> types =
        image.partitions().stream()
            .flatMap(each -> PartitionType.of(each.type()).stream())
            .toList();
    for (Definition each : LayoutDefinitions.made(LayoutDefinitions.read(root), types)) {
      partitions.add(
          new Row(
              type(each),
              each.label(),
              each.size().least().bytes(),
              each.size() instanceof PartitionSize.AtLeast,
              true));
    }
    return new LayoutView(partitions, paths(root));
  }

  /// In the words of [Inspection].
  private static String type(Definition definition) {
    return definition.type().replace("x86-64", "x86_64");
  }

  private static PathTable paths(FileView root) throws IOException {
    if (root.resolve(PathTable.FILE).orElse(null) instanceof FileView.Seen.File file) {
      return PathTable.parse(new String(file.content().readAll(LARGEST), StandardCharsets.UTF_8));
    }
    throw FormatException.notThis(
        "image with a layout", "no /" + PathTable.FILE + ": made by another builder or release");
  }

  void print(PrintWriter out) {
    out.println("disk");
    for (int i = 0; i < partitions.size(); i++) {
      Row row = partitions.get(i);
      out.println(
          "  %d  %-19s %-24s %9s%s"
              .formatted(
                  i + 1,
                  Printable.text(row.type()),
                  Printable.text(row.label()),
                  new ByteSize(row.size()),
                  (row.grows() ? " and all that is left" : "")
                      + (row.made() ? "  (by the first boot)" : "")));
    }
    int width = width(paths.rows().stream().map(PathTable.Row::path).toList(), "paths");
    int home = width(paths.rows().stream().map(PathTable.Row::home).toList(), "lies on");
    String form = "%-" + width + "s  %-" + home + "s  %-9s  %-6s  %s";
    out.println(form.formatted("paths", "lies on", "restart", "update", "factory reset"));
    for (PathTable.Row row : paths.rows()) {
      out.println(
          form.formatted(
              Printable.text(row.path()),
              Printable.text(row.home()),
              Printable.text(row.restart()),
              Printable.text(row.update()),
              Printable.text(row.reset())));
    }
  }

  private static int width(List<String> texts, String head) {
    return Math.max(
        head.length(),
        texts.stream().mapToInt(text -> Printable.text(text).length()).max().orElse(0));
  }

  /// The same for machines.
  Map<String, Object> json() {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("partitions", partitions.stream().map(LayoutView::json).toList());
    answer.put("paths", paths.rows().stream().map(LayoutView::json).toList());
    return answer;
  }

  private static Map<String, Object> json(Row row) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("type", row.type());
    one.put("label", row.label());
    one.put("size", row.size());
    one.put("grows", row.grows());
    one.put("madeByFirstBoot", row.made());
    return one;
  }

  private static Map<String, Object> json(PathTable.Row row) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("path", row.path());
    one.put("liesOn", row.home());
    one.put("afterRestart", row.restart());
    one.put("afterUpdate", row.update());
    one.put("afterFactoryReset", row.reset());
    return one;
  }
}
