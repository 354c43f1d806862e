package io.microvisor.packages.install;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.sandbox.Sandbox;
import io.microvisor.sandbox.SandboxResult;
import io.microvisor.sandbox.SandboxSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Adds files to configured packages and does what follows from them, see [Consequences], with the packages' own programs in
/// a [Sandbox]. As with [Configure], no service starts, and what two runs would not have in common is taken out.
public final class Follow {
  /// Raised when the same inputs give another tree.
  public static final Versions VERSIONS =
      Versions.of("follow", 2, Consequences.VERSIONS, Pristine.VERSIONS);

  private final Place place;

  private Follow(Place place) {
    this.place = place;
  }

  /// Where programs run; asked for only when one has to.
  @FunctionalInterface
  public interface Place {
    /// A sandbox.
    Sandbox sandbox() throws IOException, InterruptedException;
  }

  /// Runs there.
  public static Follow in(Place place) {
    return new Follow(place);
  }

  /// Adds files and gives the whole tree.
  ///
  /// @param configured packages, as [Configure] leaves them
  /// @param added the files, in folders
  /// @param contents of both
  /// @param epoch SOURCE_DATE_EPOCH; what is made gets this time
  /// @param created gets the contents that are new
  /// @param listener is called with each line that programs say, on another thread
  /// @throws IOException if one of them fails; the message names it and shows what it said
  public FileTree add(
      FileTree configured,
      FileTree added,
      ContentSource contents,
      long epoch,
      ContentSink created,
      Consumer<String> listener)
      throws IOException, InterruptedException {
    Consequences consequences = Consequences.in(configured, contents);
    SortedSet<String> lines = new TreeSet<>();
    FileTree.Builder builder = configured.toBuilder();
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) added.entries()::iterator) {
      if (!(entry.inode() instanceof Inode.Directory)) {
        TreePath path = consequences.real(entry.path().parent()).resolve(entry.path().name());
        builder.mkdirs(path.parent());
        builder.put(path, entry.inode());
        lines.addAll(consequences.of(path));
      }
    }
    lines.remove(Consequences.MADE_ELSEWHERE);
    FileTree before = builder.build();
    if (lines.isEmpty()) {
      return before;
    }
    Withheld withheld = new Withheld(before);
    Stubs stubs = new Stubs(withheld.rest(), ConfigureSpec.MADE_ELSEWHERE, epoch);
    byte[] plan = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    Digest digest = Digest.sha256(plan);
    TreePath planned = ConfigurePlan.FOLDER.resolve("plan");
    FileTree.Builder laid = stubs.laid().toBuilder();
    laid.mkdirs(planned.parent());
    laid.put(planned, new Inode.RegularFile(Meta.of(0600), digest, plan.length));
    SandboxSpec run =
        SandboxSpec.of(
            laid.build(),
            contents.or(Stubs.contents()).or(ContentSource.of(Map.of(digest, ByteSource.of(plan)))),
            List.of("/usr/bin/sh", "-c", Configure.script("follow.sh"), "follow"),
            epoch);
    Configure.Log log = new Configure.Log(listener);
    SandboxResult result = place.sandbox().run(run, created, log::add);
    if (result.exit() != 0) {
      throw new IOException(ConfigureOutput.failure(log.lines(), result.exit()));
    }
    return Pristine.of(before, withheld.returned(stubs.lifted(result.tree())), epoch);
  }
}
