package io.microvisor.cli.image;

import io.microvisor.bytes.ByteSize;
import io.microvisor.cli.terminal.Printable;
import io.microvisor.compose.inspect.ImageSizes;
import io.microvisor.compose.inspect.PackageSizes;
import io.microvisor.compose.inspect.SizeTree;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Shows [ImageSizes] on a terminal and to machines.
///
/// @param depth how many levels below the whole
/// @param limit how many parts of each
record SizeView(int depth, int limit) {
  private static final int SMALLEST_SHARE = 500;
  private static final String NO_PACKAGE = "(no package: made by the build, and folders)";

  void print(ImageSizes sizes, PrintWriter out) {
    out.println("%10s %10s".formatted("stored", "unpacked"));
    tree(sizes.tree(), 0, sizes.tree().stored() / SMALLEST_SHARE, out);
    PackageSizes packages = sizes.packages();
    if (packages.isEmpty()) {
      return;
    }
    out.println();
    switch (packages.basis()) {
      case FILES -> out.println("%10s %10s  by package".formatted("stored", "unpacked"));
      case ARCHIVES ->
          out.println(
              "%10s %10s  packages, by their archives (the image has no package database)"
                  .formatted("archive", ""));
    }
    for (PackageSizes.PackageSize each : first(packages.packages())) {
      line(each.stored(), each.unpacked(), "  " + name(each), out);
    }
    int more = packages.packages().size() - limit;
    if (more > 0) {
      long stored =
          packages.packages().stream()
              .skip(limit)
              .mapToLong(PackageSizes.PackageSize::stored)
              .sum();
      line(stored, 0, "  ... " + more + " more", out);
    }
  }

  private static String name(PackageSizes.PackageSize each) {
    return each.name().isEmpty() ? NO_PACKAGE : each.name();
  }

  /// @param least what a part below the first level must take to get a line of its own
  private void tree(SizeTree part, int level, long least, PrintWriter out) {
    String indent = "  ".repeat(level + 1);
    String slash = part.kind() == SizeTree.Kind.FOLDER ? "/" : "";
    String idle = part.free() > 0 ? "  (" + new ByteSize(part.free()) + " idle besides)" : "";
    line(part.stored(), part.unpacked(), indent + part.name() + slash + idle, out);
    if (level == depth) {
      return;
    }
    List<SizeTree> shown =
        first(part.parts()).stream().filter(each -> level == 0 || each.stored() >= least).toList();
    shown.forEach(each -> tree(each, level + 1, least, out));
    if (shown.isEmpty()) {
      return;
    }
    if (shown.size() < part.parts().size()) {
      List<SizeTree> hidden = part.parts().subList(shown.size(), part.parts().size());
      line(
          hidden.stream().mapToLong(SizeTree::stored).sum(),
          hidden.stream().mapToLong(SizeTree::unpacked).sum(),
          indent + "  ... " + hidden.size() + " more",
          out);
    }
  }

  private <T> List<T> first(List<T> all) {
    return all.subList(0, Math.min(limit, all.size()));
  }

  private static void line(long stored, long unpacked, String name, PrintWriter out) {
    out.println(
        String.format(
                Locale.ROOT,
                "%10s %10s%s",
                new ByteSize(stored),
                unpacked == 0 ? "" : new ByteSize(unpacked),
                Printable.text(name))
            .stripTrailing());
  }

  Map<String, Object> json(ImageSizes sizes) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("sizes", json(sizes.tree(), 0));
    PackageSizes packages = sizes.packages();
    if (!packages.isEmpty()) {
      answer.put("packagesBy", packages.basis().name().toLowerCase(Locale.ROOT));
      List<Object> all = new ArrayList<>();
      for (PackageSizes.PackageSize each : first(packages.packages())) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", each.name());
        one.put("stored", each.stored());
        one.put("unpacked", each.unpacked());
        one.put("files", each.files());
        all.add(one);
      }
      answer.put("packages", all);
    }
    return answer;
  }

  private Map<String, Object> json(SizeTree part, int level) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("name", part.name());
    one.put("kind", part.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    one.put("stored", part.stored());
    one.put("unpacked", part.unpacked());
    if (part.free() > 0) {
      one.put("idle", part.free());
    }
    if (!part.parts().isEmpty() && level < depth) {
      one.put("parts", first(part.parts()).stream().map(each -> json(each, level + 1)).toList());
    }
    return one;
  }
}
