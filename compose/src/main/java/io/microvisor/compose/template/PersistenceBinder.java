package io.microvisor.compose.template;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.schema.Fields;
import io.microvisor.compose.schema.ShapeCheck;
import io.microvisor.compose.template.Persistence.KeptPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Binds `systemConfig.persistence`. Whether a path is in the image shows only when it is built.
final class PersistenceBinder {
  private static final List<String> READ_ONLY =
      List.of("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/boot", "/efi");

  private static final int LARGEST_LAYOUT = 1 << 20;

  private final Fields fields;
  private final TemplateFolder folder;
  private final List<Problem> problems;

  PersistenceBinder(Fields fields, TemplateFolder folder, List<Problem> problems) {
    this.fields = fields;
    this.folder = folder;
    this.problems = problems;
  }

  Persistence bind() {
    Persistence.State state =
        switch (fields.text("state", "none")) {
          case "ext4" -> Persistence.State.EXT4;
          default -> Persistence.State.NONE;
        };
    Persistence.Damaged damaged =
        switch (fields.text("damaged", "degrade")) {
          case "recreate" -> Persistence.Damaged.RECREATE;
          case "rescue" -> Persistence.Damaged.RESCUE;
          default -> Persistence.Damaged.DEGRADE;
        };
    List<KeptPath> paths = new ArrayList<>();
    for (Fields each : fields.blocks("paths")) {
      Optional<Fields.Item> path = each.text("path");
      path.ifPresent(found -> paths.add(keptPath(each, found)));
    }
    paths.forEach(this::checkPlace);
    paths.sort(Comparator.comparing(KeptPath::path));
    checkOverlaps(paths);
    if (state == Persistence.State.NONE && !paths.isEmpty()) {
      problems.add(
          Problem.of(
              Code.CONTRADICTION,
              fields.place("paths"),
              "paths: there is no state to keep them on (expected: state: ext4)"));
    }
    List<Fields.Item> keptAtReset = fields.block("factoryReset").texts("keep");
    keptAtReset.forEach(item -> checkKeptAtReset(item, state, paths));
    return new Persistence(
        state,
        damaged,
        paths,
        layout(state, paths, keptAtReset),
        keptAtReset.stream().map(Fields.Item::text).sorted().toList(),
        fields.place());
  }

  private Persistence.Layout layout(
      Persistence.State state, List<KeptPath> paths, List<Fields.Item> keptAtReset) {
    Optional<Fields.Item> wish = fields.text("layoutEnv");
    if (wish.isEmpty()) {
      return new Persistence.OwnLayout();
    }
    if (state == Persistence.State.NONE) {
      contradiction("layoutEnv", "there is no state to keep it on (expected: state: ext4)");
    } else if (!paths.isEmpty()) {
      contradiction("paths", "stands beside layoutEnv (expected: one of them)");
    } else if (!keptAtReset.isEmpty()) {
      contradiction(
          "factoryReset", "keeps nothing beside layoutEnv, as in EMT (expected: no factoryReset)");
    }
    Optional<LocalFile> file = folder.file("layoutEnv", wish.get());
    if (file.isEmpty()) {
      return new Persistence.OwnLayout();
    }
    try (InputStream in = Files.newInputStream(file.get().path())) {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(in.readNBytes(LARGEST_LAYOUT)))
              .toString();
      return LayoutEnvReader.read(file.get().name(), text, problems);
    } catch (IOException e) {
      problems.add(
          Problem.of(
              Code.MISSING_FILE,
              wish.get().place(),
              "layoutEnv: "
                  + ShapeCheck.shown(wish.get().text())
                  + " cannot be read: "
                  + TemplateFolder.reason(e)
                  + " (expected: a file in UTF-8)"));
      return new Persistence.OwnLayout();
    }
  }

  private void contradiction(String key, String what) {
    problems.add(Problem.of(Code.CONTRADICTION, fields.place(key), key + ": " + what));
  }

  private void checkKeptAtReset(
      Fields.Item item, Persistence.State state, List<KeptPath> declared) {
    if (state == Persistence.State.NONE) {
      problems.add(
          Problem.of(
              Code.CONTRADICTION,
              item.place(),
              "keep: there is no state to reset (expected: state: ext4)"));
    } else if (!Persistence.IDENTITY.contains(item.text())
        && declared.stream().noneMatch(each -> each.path().equals(item.text()))) {
      problems.add(
          Problem.of(
              Code.NOT_KEPT,
              item.place(),
              "keep: "
                  + item.text()
                  + ": is none of the paths that are kept (expected: one of paths, or "
                  + String.join(", ", Persistence.IDENTITY)
                  + ")"));
    }
  }

  private static KeptPath keptPath(Fields fields, Fields.Item path) {
    return new KeptPath(
        path.text(),
        fields.text("seed", "image").equals("none")
            ? Persistence.Seed.NONE
            : Persistence.Seed.IMAGE,
        FileBinder.owner(fields),
        path.place());
  }

  private void checkPlace(KeptPath kept) {
    String path = kept.path();
    if (READ_ONLY.stream().anyMatch(no -> path.equals(no) || kept.isBelow(no))) {
      add(kept, path + ": belongs to the image, which is read-only", "a path that may change");
    } else if (VolatilePaths.reached(path).isPresent()) {
      add(kept, path + ": lies in memory on every machine", "a path on disk");
    } else if (path.equals("/var")) {
      add(kept, path + ": is kept anyway", "paths outside it, or below it to set owner or mode");
    }
  }

  /// Neighbours in byte order are not enough: `/a`, `/a-b`, `/a/c`.
  private void checkOverlaps(List<KeptPath> sorted) {
    for (int i = 0; i < sorted.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (sorted.get(j).covers(sorted.get(i).path())) {
          KeptPath outer = sorted.get(j);
          add(
              sorted.get(i),
              sorted.get(i).path() + ": is kept already with " + outer.path(),
              "one of them; the other stands at " + outer.place());
          break;
        }
      }
    }
  }

  private void add(KeptPath kept, String what, String expected) {
    problems.add(
        Problem.of(Code.NOT_KEPT, kept.place(), "path: " + what + " (expected: " + expected + ")"));
  }
}
