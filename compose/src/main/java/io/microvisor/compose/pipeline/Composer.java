package io.microvisor.compose.pipeline;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.initrd.InitrdWriter;
import io.microvisor.compose.kernel.KernelNeeds;
import io.microvisor.compose.plan.BuildEvent;
import io.microvisor.compose.plan.Forecast;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Repair;
import io.microvisor.compose.plan.Plan;
import io.microvisor.compose.plan.PlanRunner;
import io.microvisor.compose.plan.Results;
import io.microvisor.compose.plan.SharedResults;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.rootfs.BaseFileSystem;
import io.microvisor.compose.state.StateStore;
import io.microvisor.compose.steps.AddedModulesStep;
import io.microvisor.compose.steps.BaseStep;
import io.microvisor.compose.steps.CompressedDiskStep;
import io.microvisor.compose.steps.ConfigureStep;
import io.microvisor.compose.steps.DiskDigestStep;
import io.microvisor.compose.steps.DiskStep;
import io.microvisor.compose.steps.DkmsStep;
import io.microvisor.compose.steps.InitrdFilesStep;
import io.microvisor.compose.steps.InitrdStep;
import io.microvisor.compose.steps.ModulesStep;
import io.microvisor.compose.steps.RootImageStep;
import io.microvisor.compose.steps.RootStep;
import io.microvisor.compose.steps.TriggeringFilesStep;
import io.microvisor.compose.steps.TriggersStep;
import io.microvisor.compose.steps.UkiStep;
import io.microvisor.compose.steps.VerityStep;
import io.microvisor.compose.template.Disk;
import io.microvisor.compose.template.Kernel;
import io.microvisor.compose.template.Template;
import io.microvisor.formats.erofs.Compression;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.formats.zstd.SeekableZstd;
import io.microvisor.packages.install.Configure;
import io.microvisor.packages.install.ConfigureSpec;
import io.microvisor.packages.install.Consequences;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.sandbox.Sandbox;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.sandbox.Shell;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// Builds an image: packages by lock, then the plan's steps, then artifacts.
public final class Composer {
  private static final int WORLD_READABLE = 0004;
  private static final int EXTENT_SIZE = 128 << 10;
  private static final SeekableZstd.Spec FRAMES = new SeekableZstd.Spec(3, 4 << 20);
  private static final StepId PACKAGES = new StepId("packages");
  private static final StepId BUILD_PACKAGES = new StepId("build packages");

  /// The steps that [#debug] knows, which are those that start from a tree.
  public static final List<StepId> DEBUGGABLE =
      List.of(
          ConfigureStep.ID,
          ModulesStep.ID,
          BaseStep.ID,
          RootStep.ID,
          InitrdStep.ID,
          RootImageStep.ID);

  private final Store store;
  private final PackageSupply supply;
  private final SharedResults shared;
  private final Consumer<BuildEvent> events;

  /// Without sharing results with other machines.
  public Composer(Store store, PackageSupply supply, Consumer<BuildEvent> events) {
    this(store, supply, SharedResults.NONE, events);
  }

  /// @param store where everything is kept between builds
  /// @param supply where packages come from
  /// @param shared asked for what the store lacks
  /// @param events told what happens, from one thread at a time
  public Composer(
      Store store, PackageSupply supply, SharedResults shared, Consumer<BuildEvent> events) {
    this.store = store;
    this.supply = supply;
    this.shared = shared;
    this.events =
        event -> {
          synchronized (this) {
            events.accept(event);
          }
        };
  }

  /// Builds.
  ///
  /// @param output the folder for the artifacts; made where it is not there, and written to only when all is ready
  /// @param sourceDateEpoch the image's time in seconds since 1970; empty: the newest Release date in the lock
  /// @return the artifacts, the disk image first
  /// @throws io.microvisor.compose.problem.RejectedException if the template turns out to be wrong
  /// @throws IOException if the world fails: a package cannot be had, a script fails, the disk is full
  public List<Path> build(Template template, Lock lock, Path output, OptionalLong sourceDateEpoch)
      throws IOException, InterruptedException {
    supply.check(lock.everything());
    long epoch = epoch(lock, sourceDateEpoch);
    return repair()
        .run(look -> {
          NeededPackages packages =
              new NeededPackages(PACKAGES, lock, supply, store.actions(), events);
          Plan plan = plan(template, lock, packages, epoch);
          Results made = runner(packages, look).run(plan);
          return new ArtifactWriter(store, events).write(template, lock, epoch, made, output);
        });
  }

  private Repair repair() {
    return new Repair(store, PACKAGES, events);
  }

  private PlanRunner runner(NeededPackages packages, Repair.Look look) {
    return new PlanRunner(store, packages::contents, shared, look, events);
  }

  /// Tells what [#build] would do, and does nothing.
  public List<Forecast> forecast(Template template, Lock lock, OptionalLong sourceDateEpoch)
      throws IOException, InterruptedException {
    NeededPackages packages = new NeededPackages(PACKAGES, lock, supply, store.actions(), events);
    Plan plan = plan(template, lock, packages, epoch(lock, sourceDateEpoch));
    return runner(packages, Repair.Look.USUAL).forecast(plan);
  }

  /// Opens a shell in the tree that a step starts from; for `configure`, as far as its scripts get. All that the step needs is
  /// made first, or taken from the store. What the shell does is forgotten.
  ///
  /// @param step one of [#DEBUGGABLE]
  /// @param sourceDateEpoch as for [#build]
  /// @return the shell's exit status
  public int debug(
      Template template, Lock lock, StepId step, Shell shell, OptionalLong sourceDateEpoch)
      throws IOException, InterruptedException {
    long epoch = epoch(lock, sourceDateEpoch);
    Sandbox sandbox = Sandbox.on(SandboxSupport.probe());
    return repair()
        .run(look -> {
          NeededPackages packages =
              new NeededPackages(PACKAGES, lock, supply, store.actions(), events);
          Plan plan = plan(template, lock, packages, epoch);
          if (plan.step(step) instanceof ConfigureStep configure) {
            return Configure.in(sandbox).debug(configure.spec(), shell);
          }
          Results made = runner(packages, look).run(plan.before(step));
          ContentSource all = store.contents().or(packages.contents());
          return shell.open(
              sandbox, made.firstTree(plan.step(step), all), all, step.name(), List.of(), epoch);
        });
  }

  private static long epoch(Lock lock, OptionalLong sourceDateEpoch) {
    return sourceDateEpoch.orElseGet(
        () -> lock.newestRelease().map(Instant::getEpochSecond).orElse(0L));
  }

  /// The plan of a build, to be run or printed.
  Plan plan(Template template, Lock lock, NeededPackages packages, long epoch) {
    Kernel kernel = template.system().kernel();
    Input.Output packaged = new Input.Output(ConfigureStep.ID, "tree");
    List<Step> building = building(lock, packaged, kernel);
    Input.Output built =
        building.isEmpty() ? packaged : new Input.Output(AddedModulesStep.ID, "tree");
    List<Step> following = following(template, built, epoch);
    Input.Output configured =
        following.isEmpty() ? built : new Input.Output(TriggersStep.ID, "tree");
    List<Step> steps = new ArrayList<>();
    steps.add(
        new ConfigureStep(
            lock,
            () -> {
              Debconf.check(template, packages.unpacked());
              return packages.merged();
            },
            store.contents(),
            ConfigureSpec.Settings.of(Debconf.preseeds(template), epoch)));
    steps.addAll(building);
    steps.addAll(following);
    steps.addAll(
        List.of(
            new ModulesStep(built, KernelNeeds.of(template.system())),
            new BaseStep(
                configured,
                new Input.Output(ModulesStep.ID, "modules"),
                BaseFileSystem.Selection.of(template.system(), epoch)),
            new RootStep(new Input.Output(BaseStep.ID, "tree"), template, epoch),
            new InitrdFilesStep(
                new Input.Output(RootStep.ID, "initrd sources"),
                new Input.Output(BaseStep.ID, "modules"),
                new Input.Output(BaseStep.ID, "kernel version"),
                kernel.initrdModules().names(),
                StateStore.of(template),
                epoch),
            new InitrdStep(
                new Input.Output(InitrdFilesStep.ID, "files"), InitrdWriter.USUAL_LEVEL)));
    steps.addAll(
        switch (template.disk().layout()) {
          case Disk.Immutable immutable -> immutable(template, immutable, epoch);
        });
    steps.addAll(artifacts(template));
    return new Plan(template.image().name(), steps);
  }

  /// The steps from a root file system to an immutable image's disk.
  private static List<Step> immutable(Template template, Disk.Immutable disk, long epoch) {
    String name = template.image().name();
    Digest identity = Digest.sha256("emt image " + name + " " + template.image().version());
    Input.Output tree = new Input.Output(RootStep.ID, "tree");
    Input.Output image = new Input.Output(RootImageStep.ID, "image");
    Input.Output rootHash = new Input.Output(VerityStep.ID, "root hash");
    return List.of(
        new RootImageStep(
            tree, name, identity, epoch, new Compression.Zstd(disk.compressLevel(), EXTENT_SIZE)),
        new VerityStep(image, name),
        new UkiStep(
            BaseStep.ID,
            new Input.Output(RootStep.ID, "os-release"),
            new Input.Output(InitrdStep.ID, "initrd"),
            new Input.Output(InitrdFilesStep.ID, "microcode"),
            rootHash,
            List.of(template.system().kernel().cmdline().split(" "))),
        new DiskStep(
            new Input.Output(UkiStep.ID, "uki"),
            new Input.Output(BaseStep.ID, "boot loader"),
            image,
            new Input.Output(VerityStep.ID, "tree"),
            rootHash,
            template.diskLayout(),
            template.image().release(),
            disk,
            epoch));
  }

  /// The steps from a disk to what its artifacts need.
  private static List<Step> artifacts(Template template) {
    Input.Output map = new Input.Output(DiskStep.ID, "map");
    List<Step> steps = new ArrayList<>();
    if (template.disk().asksFor(Disk.Type.RAW, Disk.Compression.ZSTD)) {
      steps.add(new CompressedDiskStep(map, FRAMES, template.image().name()));
    }
    if (ArtifactWriter.hashesDisk(template.disk())) {
      steps.add(new DiskDigestStep(map));
    }
    return steps;
  }

  /// The steps that do what follows from files of the template; none, where nothing can. What not everyone may read takes no
  /// part in it.
  private List<Step> following(Template template, Input.Output configured, long epoch) {
    List<TriggeringFilesStep.Wanted> files =
        template.system().files().stream()
            .filter(file -> (file.mode() & WORLD_READABLE) != 0)
            .filter(file -> Consequences.isPossible(TreePath.of(file.path())))
            .map(TriggeringFilesStep.Wanted::of)
            .toList();
    return files.isEmpty()
        ? List.of()
        : List.of(
            new TriggeringFilesStep(configured, files, store.contents(), epoch),
            new TriggersStep(
                configured,
                new Input.Output(TriggeringFilesStep.ID, "files"),
                store.contents(),
                epoch));
  }

  /// The step that builds kernel modules and the one that adds them; none, where nothing is built.
  private List<Step> building(Lock lock, Input.Output packages, Kernel kernel) {
    if (kernel.dkms().isEmpty()) {
      return List.of();
    }
    Lock building = lock.forBuilding();
    NeededPackages tools =
        new NeededPackages(BUILD_PACKAGES, building, supply, store.actions(), events);
    return List.of(
        new DkmsStep(building, tools::merged, store.contents(), kernel),
        new AddedModulesStep(
            packages,
            new Input.Output(DkmsStep.ID, "modules"),
            kernel.choice(),
            kernel.dkms().getFirst().place()));
  }
}
