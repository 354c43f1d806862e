package io.microvisor.cli;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Guid;
import io.microvisor.bytes.RandomSink;
import io.microvisor.cli.compose.BuildCommand;
import io.microvisor.cli.compose.NativeCode;
import io.microvisor.cli.lock.LockFiles;
import io.microvisor.cli.lock.Vendoring;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Progress;
import io.microvisor.cli.terminal.ProgressOptions;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.cli.terminal.TerminalWriter;
import io.microvisor.compose.pipeline.Composer;
import io.microvisor.compose.plan.Forecast;
import io.microvisor.compose.steps.BaseStep;
import io.microvisor.compose.template.AdditionalFile;
import io.microvisor.compose.template.Template;
import io.microvisor.formats.erofs.Compression;
import io.microvisor.formats.erofs.ErofsSpec;
import io.microvisor.formats.erofs.ErofsWriter;
import io.microvisor.formats.erofs.ExtentCache;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreeCodec;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.formats.verity.Salt;
import io.microvisor.formats.verity.VeritySpec;
import io.microvisor.formats.verity.VerityTree;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.store.Store;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import picocli.CommandLine;

/// The training run (JEP 483) from which Java makes a start cache: the commands that should begin at once, and the build
/// that was run last, as if one file had changed since; without one, the work of a small one on a tree made up for it.
/// Nothing of it is kept, and no host is asked.
///
/// What it leaves out is not wrong, only slower.
public final class TrainingRun {
  private static final String ONLY_BETTER = "emt.training.better";
  private static final int NO_BUILD = 3;

  /// That all that depends on packages alone was made before.
  private static final Forecast BASE_IS_MADE = new Forecast.Reused(BaseStep.ID);

  private static final int FILES = 3000;

  private TrainingRun() {}

  /// Runs, and tells the launcher what: exit status 0 is a build, 3 is none.
  ///
  /// @param arguments those of the command that was run last
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Locale.setDefault(Locale.ROOT);
    TerminalWriter nowhere = TerminalWriter.of(OutputStream.nullOutputStream(), false);
    Terminal terminal = Terminal.ofThisProcess(nowhere, OutputStream.nullOutputStream(), nowhere);
    Main.run(terminal, "--help");
    Main.run(terminal, "resolve", "minimal");
    boolean built = build(terminal, List.of(arguments));
    if (!built && Boolean.getBoolean(ONLY_BETTER)) {
      Runtime.getRuntime().halt(NO_BUILD); // Java makes nothing then.
    }
    if (!built) {
      writeImage();
      System.exit(NO_BUILD);
    }
  }

  /// The build that these arguments ask for, as if one file had changed.
  ///
  /// @return whether it was done: not if it would take long, or cannot be done
  private static boolean build(Terminal terminal, List<String> arguments)
      throws InterruptedException {
    if (arguments.isEmpty() || !arguments.getFirst().equals("build")) {
      return false;
    }
    List<String> words = new ArrayList<>(arguments);
    if (!words.contains("--offline")) {
      words.add(1, "--offline");
    }
    try {
      String[] all = words.toArray(String[]::new);
      CommandLine.ParseResult parsed = EmtCommand.commandLine(terminal, all).parseArgs(all);
      return parsed.subcommand().commandSpec().userObject() instanceof BuildCommand build
          && build(terminal, build.wishes());
    } catch (CommandLine.ParameterException | IOException | FailureException _) {
      return false; // Somebody saw it fail already.
    }
  }

  private static boolean build(Terminal terminal, BuildCommand.Wishes wishes)
      throws IOException, InterruptedException, FailureException {
    OptionalLong epoch = BuildCommand.epoch(terminal);
    Template template = changed(wishes.template().load(terminal));
    try (Store store = Store.openScratch(terminal.cache());
        NativeCode _ = NativeCode.in(store.temporary());
        Progress shown = new ProgressOptions().open(terminal)) {
      Lock lock = new LockFiles(terminal, wishes.template(), shown).frozen(template);
      Vendoring vendoring =
          new Vendoring(terminal, wishes.template(), wishes.supply(), store, shown);
      try (PackageSupply packages = vendoring.supply(template, lock, wishes.vendor())) {
        Composer composer = new Composer(store, packages, shown);
        if (!composer.forecast(template, lock, epoch).contains(BASE_IS_MADE)) {
          return false;
        }
        composer.build(template, lock, store.temporary(), epoch);
        return true;
      }
    }
  }

  /// A template in which one file is another.
  public static Template changed(Template template) {
    return template.withFile(
        new AdditionalFile(
            "final",
            "/etc/training-run",
            new AdditionalFile.Content.Inline("training run\n"),
            0644,
            "root",
            "root",
            template.image().place()));
  }

  private static void writeImage() throws IOException, InterruptedException {
    Map<Digest, ByteSource> contents = new HashMap<>();
    FileTree.Builder builder = FileTree.builder();
    for (int i = 0; i < FILES; i++) {
      byte[] bytes = ("file " + i + "\n").repeat(i % 1000).getBytes(StandardCharsets.US_ASCII);
      Digest digest = Digest.sha256(bytes);
      contents.put(digest, ByteSource.of(bytes));
      TreePath path = TreePath.of("usr/lib/folder-" + i / 50 + "/file-" + i);
      builder.mkdirs(path.parent());
      builder.put(path, new Inode.RegularFile(Meta.of(0644), digest, bytes.length));
    }
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    TreeCodec.write(builder.build(), form);
    FileTree tree = TreeCodec.read(new ByteArrayInputStream(form.toByteArray()));
    Digest identity = tree.digest();
    Path image = Files.createTempFile("emt-", "");
    try {
      ErofsSpec spec =
          new ErofsSpec(
              Guid.derive(identity, "training run").uuid(),
              "root",
              0,
              new Compression.Zstd(3, 128 << 10),
              ExtentCache.NONE);
      try (RandomSink out = RandomSink.of(FileChannel.open(image, StandardOpenOption.WRITE))) {
        ErofsWriter.write(tree, ContentSource.of(contents), spec, out);
      }
      VerityTree.of(
          ByteSource.of(image),
          new VeritySpec(Guid.derive(identity, "hash device").uuid(), Salt.of(identity)));
    } finally {
      Files.delete(image);
    }
  }
}
