package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.plan.Artifact;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Plan;
import io.microvisor.compose.plan.PlanRunner;
import io.microvisor.compose.plan.Results;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.plan.Unkeyed;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.steps.ConfigureStep;
import io.microvisor.compose.steps.DkmsStep;
import io.microvisor.compose.steps.TriggersStep;
import io.microvisor.compose.template.Kernel;
import io.microvisor.compose.template.ModuleSelection;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.install.ConfigureSpec;
import io.microvisor.packages.install.MergedPackages;
import io.microvisor.packages.install.PackageMerge;
import io.microvisor.packages.lock.Lock;
import io.microvisor.store.Store;
import io.microvisor.testkit.Recorded;
import io.microvisor.testkit.samples.SampleModule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What steps that run packages' programs make of packages that the test writes is recorded beside the versions of their code, as
/// `StepResultsTest` does it for the others. The programs are Debian's; of what is theirs, nothing is recorded.
class SandboxedStepResultsTest {
  private static final long EPOCH = 1_700_000_000;
  private static final Place PLACE = new Place("small.yaml", 1, 1);
  private static final String RELEASE = "6.12.0-small";
  private static final List<String> PROGRAMS =
      List.of("dpkg", "dash", "bash", "debconf", "coreutils", "libc-bin", "sed", "base-passwd");
  private static final String MAKING =
      """
      #!/bin/sh
      set -e
      case $1 in
        configure) mkdir -p /var/lib/small; echo "$SOURCE_DATE_EPOCH" > /var/lib/small/made; ln -s made /var/lib/small/link
          printf -- "-----BEGIN %s KEY-----\\n" PRIVATE > /var/lib/small/key ;;
        triggered) echo "$2" >> /var/lib/small/triggered ;;
      esac
      """;

  /// Builds nothing: the module is there already.
  private static final String DKMS =
      """
      #!/bin/sh
      set -e
      case $1 in
        add) mkdir -p /var/lib/dkms/small/1/source ;;
        build)
          mkdir -p /var/lib/dkms/small/1/RELEASE/x86_64/module
          cp /usr/src/small-1/small.ko /var/lib/dkms/small/1/RELEASE/x86_64/module/ ;;
      esac
      """;

  private final Recorded recorded =
      Recorded.of(Path.of("src/test/resources/sandboxed-step-results.tsv"));

  @TempDir Path folder;

  /// A step that makes what it is given.
  private record Given(StepId id, @Unkeyed("there is but one") FileTree tree) implements Step {
    @Override
    public SortedMap<String, Input> inputs() {
      return new TreeMap<>();
    }

    @Override
    public Versions versions() {
      return Versions.of("given", 1);
    }

    @Override
    public Sharing sharing() {
      return Sharing.LOCAL;
    }

    @Override
    public Outputs run(StepContext context) throws IOException {
      return Outputs.of("tree", context.keep(tree));
    }
  }

  @Test
  void areWhatTheirVersionsSay() throws Exception {
    MiniArchive written = new MiniArchive(Files.createDirectory(folder.resolve("archive")));
    List<Path> small = List.of(small(written), other(written));
    List<Path> building = List.of(source(written), dkms(written), headers(written));
    try (Archive archive = Archive.open();
        Store store = Store.open(folder.resolve("store"))) {
      PackageSet programs = PackageSet.of(archive, PROGRAMS);
      MergedPackages configured = PackageMerge.beforeScripts(programs.and(small, store).unpacked());
      MergedPackages built = PackageMerge.beforeScripts(programs.and(building, store).unpacked());
      Lock none = new Lock("amd64", List.of(), List.of(), List.of(), List.of());
      SampleTree added = new SampleTree().file("usr/share/small/own", bytes("own"));
      StepId given = new StepId("given");
      Plan plan =
          new Plan(
              "small",
              List.of(
                  new Given(given, added.tree()),
                  new ConfigureStep(
                      none,
                      () -> configured,
                      store.contents(),
                      ConfigureSpec.Settings.of(List.of(), EPOCH)),
                  new TriggersStep(
                      new Input.Output(ConfigureStep.ID, "tree"),
                      new Input.Output(given, "tree"),
                      store.contents(),
                      EPOCH),
                  new DkmsStep(none, () -> built, store.contents(), kernel())));
      Results made =
          new PlanRunner(
                  store,
                  () -> configured.contents().or(built.contents()).or(added.contents()),
                  _ -> {})
              .run(plan);

      assertThat(made.outputs(ConfigureStep.ID).secrets()).containsExactly("/var/lib/small/key");
      String inputs = digests(small);
      check(plan.step(ConfigureStep.ID), made, "tree", inputs, store);
      check(plan.step(TriggersStep.ID), made, "tree", inputs, store);
      check(plan.step(DkmsStep.ID), made, "modules", digests(building), store);
    }
    recorded.finish();
  }

  private void check(Step step, Results made, String output, String inputs, Store store)
      throws IOException {
    Artifact.Tree tree = (Artifact.Tree) made.outputs(step.id()).named(output);
    List<String> lines = new ArrayList<>();
    for (FileTree.Entry entry :
        (Iterable<FileTree.Entry>) tree.read(store.contents()).entries()::iterator) {
      if (entry.path().toString().contains("small")) {
        lines.add(line(entry));
      }
    }
    recorded.check(
        step.id().name(),
        step.versions().toString(),
        Digest.sha256(step.versions() + "\n" + inputs).hex(),
        Digest.sha256(String.join("\n", lines)).hex());
  }

  private static String line(FileTree.Entry entry) {
    String inode =
        switch (entry.inode()) {
          case Inode.RegularFile file -> file.content().hex();
          case Inode.Symlink link -> link.target();
          case Inode.Directory _ -> "/";
          case Inode.Device _, Inode.Fifo _, Inode.Socket _ -> "special";
        };
    // Modules have the time of the newest file of the programs.
    boolean isDated = !entry.path().startsWith(TreePath.of("usr/lib/modules"));
    return "%s %o %d %d %s %s"
        .formatted(
            entry.path(),
            entry.inode().meta().mode(),
            entry.inode().meta().uid(),
            entry.inode().meta().gid(),
            isDated ? entry.inode().meta().mtime() : "-",
            inode);
  }

  private static String digests(List<Path> packages) throws IOException {
    List<String> digests = new ArrayList<>();
    for (Path each : packages) {
      digests.add(Digest.sha256(Files.readAllBytes(each)).hex());
    }
    return digests.stream().collect(Collectors.joining("\n"));
  }

  private static Path small(MiniArchive archive) throws IOException {
    return archive.add(
        "small",
        "1",
        "",
        Map.of(
            "postinst",
            MAKING,
            "triggers",
            "interest-noawait /usr/share/small\n",
            "conffiles",
            "/etc/small.conf\n"),
        new SampleTree()
            .file("etc/small.conf", bytes("a=b\n"))
            .file("usr/share/small/data", bytes("data"))
            .file("usr/lib/small.log", bytes("kept")));
  }

  private static Path other(MiniArchive archive) throws IOException {
    return archive.add(
        "small-other",
        "2",
        "Depends: small\n",
        Map.of(
            "preinst",
            "#!/bin/sh\ndpkg-divert --add --rename --divert /usr/lib/small.real /usr/lib/small.log\n"),
        new SampleTree().file("usr/share/small/more", bytes("more")));
  }

  private static Path source(MiniArchive archive) throws IOException {
    return archive.add(
        "small-dkms",
        "1",
        "",
        Map.of(),
        new SampleTree()
            .file("usr/src/small-1/dkms.conf", bytes("PACKAGE_NAME=small\nPACKAGE_VERSION=1\n"))
            .file(
                "usr/src/small-1/small.ko",
                SampleModule.of(List.of("vermagic=" + RELEASE + " SMP"), List.of(), List.of())));
  }

  private static Path dkms(MiniArchive archive) throws IOException {
    return archive.add(
        "dkms",
        "1",
        "",
        Map.of(),
        new SampleTree()
            .file(
                "usr/sbin/dkms", bytes(DKMS.replace("RELEASE", RELEASE)), SampleTree.plain(0755)));
  }

  private static Path headers(MiniArchive archive) throws IOException {
    return archive.add(
        "headers",
        "1",
        "",
        Map.of(),
        new SampleTree().file("usr/lib/modules/" + RELEASE + "/build/Makefile", bytes("all:\n")));
  }

  private static Kernel kernel() {
    return new Kernel(
        List.of(),
        "",
        "",
        new ModuleSelection(ModuleSelection.Profile.ALL, List.of(), List.of()),
        new Kernel.Named(List.of(), PLACE),
        List.of(),
        PLACE);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
