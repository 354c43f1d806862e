package io.microvisor.compose.steps;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.plan.Unkeyed;
import io.microvisor.compose.template.AdditionalFile;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.install.Consequences;
import io.microvisor.store.ContentStore;
import io.microvisor.store.Ingest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Those of a template's files from which something follows in the packages. A step apart from [TriggersStep], so that a change
/// of any other file ends here.
///
/// @param configured the configured packages
/// @param files those of the template from which something may follow
/// @param created keeps their contents
/// @param epoch the image's time, in seconds since 1970
public record TriggeringFilesStep(
    Input.Output configured,
    List<Wanted> files,
    @Unkeyed("a place to put contents") ContentStore created,
    long epoch)
    implements Step {
  /// A file of a template.
  public record Wanted(
      String path, int mode, @Unkeyed("its digest is an input") AdditionalFile.Content content) {
    /// The same without what does not count here: who owns it is decided later, when all accounts are there.
    public static Wanted of(AdditionalFile file) {
      return new Wanted(file.path(), file.mode(), file.content());
    }
  }

  /// Its name.
  public static final StepId ID = new StepId("triggering files");

  private static final Versions VERSIONS =
      Versions.of("triggering files", 1, Consequences.VERSIONS);

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    SortedMap<String, Input> inputs = new TreeMap<>(Map.of("configured", configured));
    files.forEach(file -> inputs.put("file " + file.path(), new Input.Content(digest(file))));
    return inputs;
  }

  @Override
  public Versions versions() {
    return VERSIONS;
  }

  private static Digest digest(Wanted file) {
    return switch (file.content()) {
      case AdditionalFile.Content.Inline inline ->
          Digest.sha256(inline.text().getBytes(StandardCharsets.UTF_8));
      case AdditionalFile.Content.Local local -> local.file().digest();
    };
  }

  /// The template's files are not for everybody.
  @Override
  public Sharing sharing() {
    return Sharing.LOCAL;
  }

  @Override
  public Outputs run(StepContext context) throws IOException {
    Consequences consequences = Consequences.in(context.tree("configured"), context.contents());
    FileTree.Builder triggering = FileTree.builder();
    for (Wanted file : files) {
      TreePath path = TreePath.of(file.path());
      if (!consequences.of(path).isEmpty()) {
        Meta meta = Meta.of(file.mode() & 0777).withMtime(epoch);
        triggering.mkdirs(path.parent());
        triggering.put(path, new Inode.RegularFile(meta, digest(file), keep(file)));
      }
    }
    return Outputs.of("files", context.keep(triggering.build()));
  }

  /// @return its size
  private long keep(Wanted file) throws IOException {
    ByteSource bytes =
        switch (file.content()) {
          case AdditionalFile.Content.Inline inline ->
              ByteSource.of(inline.text().getBytes(StandardCharsets.UTF_8));
          case AdditionalFile.Content.Local local -> ByteSource.of(local.file().path());
        };
    try (Ingest ingest = created.ingest();
        InputStream stream = bytes.stream()) {
      stream.transferTo(ingest.stream());
      ingest.commitAs(digest(file));
    } catch (IOException e) {
      throw new IOException(file.path() + ": cannot keep it: " + e.getMessage(), e);
    }
    return bytes.size();
  }
}
