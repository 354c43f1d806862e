package io.microvisor.packages.install;

import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.sandbox.Sandbox;
import io.microvisor.sandbox.SandboxResult;
import io.microvisor.sandbox.SandboxSpec;
import io.microvisor.sandbox.Shell;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Configures merged packages with the dpkg that is among them.
///
/// The tree gets a package database as if dpkg had just unpacked everything, goes into a [Sandbox], has its preinst
/// scripts run there (as `install`), then `dpkg --configure`, in the batches of [ConfigureOrder]. What comes back is freed of what two runs would not have
/// in common. Services are not started (policy-rc.d), and [ConfigureSpec#stubs] do nothing. The result depends on the
/// fingerprint of the [ConfigureSpec] only.
public final class Configure {
  private static final String AUDIT = "emt: audit";

  private final Sandbox sandbox;

  private Configure(Sandbox sandbox) {
    this.sandbox = sandbox;
  }

  /// Configures in the given sandbox.
  public static Configure in(Sandbox sandbox) {
    return new Configure(sandbox);
  }

  /// Configures the packages and gives the whole tree; its contents are those of the merged packages, those that went
  /// to `created`, and the empty content.
  ///
  /// @param created gets the contents that are not any package's
  /// @param listener is called with each line that scripts and dpkg say, on another thread
  /// @throws IOException if a maintainer script fails (the message names package, script and status, and shows what the
  ///     script said), or a package is not installed in the end
  public FileTree configure(ConfigureSpec spec, ContentSink created, Consumer<String> listener)
      throws IOException, InterruptedException {
    Prepared prepared = prepare(spec);
    keepNew(prepared.database(), spec.merged().tree(), created);
    SandboxSpec run =
        SandboxSpec.of(prepared.tree(), prepared.contents(), command(spec.merged()), spec.epoch());
    Log log = new Log(listener);
    SandboxResult result = sandbox.run(run, created, log::add);
    List<String> said = log.lines();
    if (result.exit() != 0) {
      throw new IOException(
          ConfigureOutput.failure(said, result.exit())
              + "\n  advice: \"emt debug configure\" opens a shell where it failed");
    }
    List<String> faults = said.subList(said.lastIndexOf(AUDIT) + 1, said.size());
    if (!faults.isEmpty()) {
      throw new IOException(
          "packages: not installed in the end (expected: all of them)\n  "
              + String.join("\n  ", faults));
    }
    FileTree after = prepared.withheld().returned(prepared.stubs().lifted(result.tree()));
    return Pristine.of(prepared.database().tree(), after, spec.epoch());
  }

  /// Configures the packages as far as that goes, then opens a shell there. The result is forgotten.
  ///
  /// @return the shell's exit status
  public int debug(ConfigureSpec spec, Shell shell) throws IOException, InterruptedException {
    Prepared prepared = prepare(spec);
    return shell.open(
        sandbox,
        prepared.tree(),
        prepared.contents(),
        "configure",
        command(spec.merged()),
        spec.epoch());
  }

  /// What goes into the sandbox.
  ///
  /// @param database the tree with a package database
  /// @param withheld what of it stays outside
  /// @param stubs what of it is replaced
  /// @param tree all that goes in
  /// @param contents the contents of its files
  private record Prepared(
      DpkgDatabase.Result database,
      Withheld withheld,
      Stubs stubs,
      FileTree tree,
      ContentSource contents) {}

  private static Prepared prepare(ConfigureSpec spec) throws IOException {
    MergedPackages merged = spec.merged();
    checkHasDpkg(merged);
    DpkgDatabase.Result database = DpkgDatabase.write(merged, spec.epoch());
    Withheld withheld = new Withheld(database.tree());
    Stubs stubs = new Stubs(withheld.rest(), spec.stubs(), spec.epoch());
    ConfigurePlan.Laid plan = ConfigurePlan.lay(spec, stubs.laid());
    ContentSource contents =
        merged.contents().or(database.contents()).or(Stubs.contents()).or(plan.contents());
    return new Prepared(database, withheld, stubs, plan.tree(), contents);
  }

  private static void checkHasDpkg(MergedPackages merged) throws IOException {
    for (String program : List.of("usr/bin/dpkg", "usr/bin/sh")) {
      if (merged.tree().resolve(TreePath.of(program)).isEmpty()) {
        throw new IOException(
            "packages: no /" + program + " among them (expected: all essential packages)");
      }
    }
  }

  /// The database's files may come through unchanged, and then not from the sandbox.
  private static void keepNew(DpkgDatabase.Result database, FileTree merged, ContentSink created)
      throws IOException {
    created.add(new byte[0]);
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) database.tree().entries()::iterator) {
      if (entry.inode() instanceof Inode.RegularFile file && merged.find(entry.path()).isEmpty()) {
        created.add(database.contents().open(file.content()).readAll(Integer.MAX_VALUE));
      }
    }
  }

  private static List<String> command(MergedPackages merged) throws IOException {
    String version =
        merged.packages().stream()
            .filter(p -> p.name().equals("dpkg"))
            .map(Installed::version)
            .findFirst()
            .orElse("1.22");
    return List.of("/usr/bin/sh", "-c", script("configure.sh"), "configure", version);
  }

  /// A script among our resources.
  static String script(String name) throws IOException {
    try (InputStream stream = Configure.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException(name + ": not among our resources");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /// What was said, up to 20,000 lines, of which our own marks are not handed on.
  static final class Log {
    private static final int MOST_LINES = 20_000;

    private final Consumer<String> listener;
    private final List<String> lines = new ArrayList<>();

    Log(Consumer<String> listener) {
      this.listener = listener;
    }

    synchronized void add(String line) {
      if (lines.size() == MOST_LINES) {
        lines.subList(0, MOST_LINES / 2).clear();
      }
      lines.add(line);
      if (!line.startsWith("emt: ")) {
        listener.accept(line);
      }
    }

    synchronized List<String> lines() {
      return List.copyOf(lines);
    }
  }
}
