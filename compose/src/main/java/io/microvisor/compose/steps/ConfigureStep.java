package io.microvisor.compose.steps;

import io.microvisor.bytes.Versions;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.plan.Unkeyed;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.install.Configure;
import io.microvisor.packages.install.ConfigureSpec;
import io.microvisor.packages.install.MergedPackages;
import io.microvisor.packages.install.PrivateKeys;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.repository.LocalFolder;
import io.microvisor.packages.repository.SinglePackages;
import io.microvisor.sandbox.Sandbox;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.store.ContentStore;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// The packages merged into one tree and configured by their own dpkg. While their scripts run, one after the other, other
/// steps prepare themselves from the tree before them.
///
/// @param lock the packages, pinned
/// @param packages the same, laid out; only asked for when the step runs
/// @param created keeps what the configuration writes
/// @param settings answers to debconf's questions and the rest that scripts see
public record ConfigureStep(
    @Unkeyed("its packages are inputs") Lock lock,
    @Unkeyed("they are inputs") Merged packages,
    @Unkeyed("a place to put contents") ContentStore created,
    ConfigureSpec.Settings settings)
    implements Step {
  /// Where the packages come from.
  @FunctionalInterface
  public interface Merged {
    MergedPackages packages() throws IOException, InterruptedException;
  }

  /// Its name.
  public static final StepId ID = new StepId("configure");

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return packages(lock);
  }

  /// The packages of a lock, as inputs.
  static SortedMap<String, Input> packages(Lock lock) {
    SortedMap<String, Input> inputs = new TreeMap<>();
    for (LockedPackage pinned : lock.packages()) {
      inputs.put(pinned.name() + ":" + pinned.architecture(), new Input.Content(pinned.sha256()));
    }
    return inputs;
  }

  /// Whether all packages of a lock come from archives with a Release file.
  static boolean arePublished(Lock lock) {
    return lock.packages().stream()
        .map(each -> each.origin().origin())
        .noneMatch(Set.of(LocalFolder.ORIGIN, SinglePackages.ORIGIN)::contains);
  }

  @Override
  public Versions versions() {
    return ConfigureSpec.VERSIONS;
  }

  /// Answers to debconf's questions may be passwords, and packages that no archive publishes may hold anything.
  @Override
  public Sharing sharing() {
    return settings.preseeds().isEmpty() && arePublished(lock) ? Sharing.SHARED : Sharing.LOCAL;
  }

  @Override
  public Outputs run(StepContext context) throws IOException, InterruptedException {
    ConfigureSpec spec = spec();
    Sandbox sandbox = Sandbox.on(SandboxSupport.probe());
    context.draft("tree", spec.merged().tree());
    FileTree tree = Configure.in(sandbox).configure(spec, created, context::note);
    List<TreePath> keys = PrivateKeys.in(List.of(spec.merged().tree()), tree, context.contents());
    return Outputs.of("tree", context.keep(tree))
        .withSecrets(keys.stream().map(TreePath::absolute).toList());
  }

  /// What is configured.
  public ConfigureSpec spec() throws IOException, InterruptedException {
    return new ConfigureSpec(packages.packages(), settings);
  }
}
