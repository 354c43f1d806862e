package io.microvisor.compose.state;

import io.microvisor.bytes.FormatException;
import io.microvisor.compose.template.LayoutEnv;
import io.microvisor.compose.template.Persistence;
import io.microvisor.compose.template.Persistence.KeptPath;
import io.microvisor.compose.template.Persistence.Seed;
import io.microvisor.compose.template.Template;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Who owns which path of a machine, and what it survives: the image brings it as a file, so that the image and the machine can
/// both be asked. A path that is not in it goes with the longest one above it that is.
///
/// The file has a line for each path, with tabs between its five fields; a line that begins with `#` says nothing.
///
/// @param rows in byte order of their paths
public record PathTable(List<Row> rows) {
  /// Where the file is.
  public static final String FILE = "usr/lib/emt/paths";

  private static final String HEAD =
      "# path\tlies on\tafter a restart\tafter an update\tafter a factory reset\n";

  private static final String IMAGE = "image";
  private static final String IMAGES = "image's";
  private static final String KEPT = "kept";
  private static final String EMPTY = "empty";
  private static final String CHANGES = "image, changes in memory";
  private static final String CHANGES_KEPT = "image, changes on the state";

  /// A path.
  ///
  /// @param home where its bytes are
  /// @param restart what is there after a restart
  /// @param update what is there after an update
  /// @param reset what is there after a factory reset
  public record Row(String path, String home, String restart, String update, String reset) {}

  public PathTable {
    rows = rows.stream().sorted(Comparator.comparing(Row::path)).toList();
  }

  /// That of a template's image.
  public static PathTable of(Template template) {
    Persistence persistence = template.system().persistence();
    List<Row> rows = new ArrayList<>();
    rows.add(new Row("/", IMAGE, "same", "new", "same"));
    rows.add(memory("/run"));
    rows.add(memory("/tmp"));
    switch (persistence.state()) {
      case NONE ->
          List.of("/etc", "/home", "/root", "/var").forEach(path -> rows.add(forgotten(path)));
      case EXT4 -> {
        switch (persistence.layout()) {
          case Persistence.OwnLayout _ -> own(persistence, rows);
          case LayoutEnv layout -> emt(layout, rows);
        }
      }
    }
    return new PathTable(rows);
  }

  private static void own(Persistence persistence, List<Row> rows) {
    for (String path : List.of("/home", "/root", "/var")) {
      rows.add(new Row(path, "state, filled from the image", KEPT, KEPT, IMAGES));
    }
    List<String> etc = StateStore.keptEtc(persistence.paths());
    if (!etc.contains("/etc")) {
      rows.add(new Row("/etc", CHANGES_KEPT, "forgotten", "new", "forgotten"));
    }
    for (String path : etc) {
      boolean identity = Persistence.IDENTITY.contains(path);
      rows.add(
          new Row(
              path,
              identity ? "state" : CHANGES_KEPT,
              KEPT,
              KEPT,
              reset(persistence, path, identity ? "made anew" : IMAGES)));
    }
    for (KeptPath kept : persistence.paths()) {
      if (!etc.contains(kept.path())) {
        boolean seeded = kept.seed() == Seed.IMAGE;
        rows.add(
            new Row(
                kept.path(),
                seeded ? CHANGES_KEPT : "state",
                KEPT,
                KEPT,
                reset(persistence, kept.path(), seeded ? IMAGES : EMPTY)));
      }
    }
  }

  private static String reset(Persistence persistence, String path, String otherwise) {
    return persistence.keptAtReset().contains(path) ? KEPT : otherwise;
  }

  private static void emt(LayoutEnv layout, List<Row> rows) {
    rows.add(new Row(layout.mountPoint(), LayoutEnv.PARTITION, KEPT, KEPT, EMPTY));
    rows.add(memory(layout.overlayTarget()));
    layout.overlays().forEach(path -> rows.add(forgotten(path)));
    for (String path : layout.binds()) {
      rows.add(new Row(path, LayoutEnv.PARTITION + ", copied from the image", KEPT, KEPT, IMAGES));
    }
  }

  private static Row memory(String path) {
    return new Row(path, "memory", EMPTY, EMPTY, EMPTY);
  }

  private static Row forgotten(String path) {
    return new Row(path, CHANGES, IMAGES, "new", IMAGES);
  }

  /// The file.
  public String text() {
    StringBuilder text = new StringBuilder(HEAD);
    for (Row row : rows) {
      text.append(
              String.join("\t", row.path(), row.home(), row.restart(), row.update(), row.reset()))
          .append('\n');
    }
    return text.toString();
  }

  /// Reads the file.
  ///
  /// @throws FormatException if a line has other than five fields
  public static PathTable parse(String text) throws FormatException {
    List<Row> rows = new ArrayList<>();
    for (String line : text.lines().filter(each -> !each.startsWith("#")).toList()) {
      String[] fields = line.split("\t", -1);
      if (fields.length != 5) {
        throw FormatException.damaged(
            "/" + FILE, 0, fields.length + " fields in a line (expected: 5)");
      }
      rows.add(new Row(fields[0], fields[1], fields[2], fields[3], fields[4]));
    }
    return new PathTable(rows);
  }
}
