package io.microvisor.packages.install;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What our script does inside the sandbox, as files in a folder of the tree that is gone afterwards: `configure.sh` says
/// what each is.
final class ConfigurePlan {
  /// Where the plan lies.
  static final TreePath FOLDER = TreePath.of("run/emt");

  private final Map<Digest, ByteSource> contents = new HashMap<>();
  private final FileTree.Builder builder;

  private ConfigurePlan(FileTree tree) {
    this.builder = tree.toBuilder();
  }

  /// Lays the plan into the tree that goes into the sandbox.
  static Laid lay(ConfigureSpec spec, FileTree tree) throws FormatException {
    ConfigurePlan plan = new ConfigurePlan(tree);
    List<ConfigureOrder.Batch> batches = ConfigureOrder.of(spec.merged().packages());
    plan.put("plan", 0600, String.join("\n", lines(batches, spec.merged().waiting())) + "\n");
    plan.put("waiting-list", 0600, list(spec.merged().waiting()));
    plan.put(
        "preseeds",
        0600,
        spec.preseeds().stream().map(p -> p.line() + "\n").collect(Collectors.joining()));
    for (ConfigureOrder.Batch batch : batches) {
      for (Installed each : batch.preinsts()) {
        each.unpacked()
            .controlFiles()
            .forEach((name, bytes) ->
                plan.put("ci/" + each.id() + "/" + name, DpkgDatabase.mode(name), bytes));
      }
    }
    return new Laid(plan.builder.build(), ContentSource.of(plan.contents));
  }

  /// A tree with the plan in it, and the contents that the plan brought.
  record Laid(FileTree tree, ContentSource contents) {}

  private static List<String> lines(List<ConfigureOrder.Batch> batches, List<Waiting> waiting) {
    Set<String> diverting = waiting.stream().map(Waiting::owner).collect(Collectors.toSet());
    List<String> lines = new ArrayList<>();
    for (ConfigureOrder.Batch batch : batches) {
      for (Installed each : batch.preinsts()) {
        lines.add("preinst " + each.name() + " " + each.architecture() + " " + each.id());
        if (diverting.contains(each.id())) {
          lines.add("unpack " + each.id());
        }
      }
      lines.add(
          "configure "
              + batch.configured().stream().map(Installed::id).collect(Collectors.joining(" ")));
    }
    return lines;
  }

  private static String list(List<Waiting> files) {
    return files.stream()
        .map(file ->
            String.join(
                    "\t",
                    file.owner(),
                    file.waiting().absolute(),
                    file.path().absolute(),
                    file.clash())
                + "\n")
        .collect(Collectors.joining());
  }

  private void put(String name, int mode, String text) {
    put(name, mode, text.getBytes(StandardCharsets.UTF_8));
  }

  private void put(String name, int mode, byte[] bytes) {
    Digest digest = Digest.sha256(bytes);
    contents.put(digest, ByteSource.of(bytes));
    TreePath path = FOLDER.resolve(name);
    builder.mkdirs(path.parent());
    builder.put(path, new Inode.RegularFile(Meta.of(mode), digest, bytes.length));
  }
}
