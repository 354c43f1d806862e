package io.microvisor.compose.steps;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.initrd.InitrdWriter;
import io.microvisor.compose.kernel.KernelNeeds;
import io.microvisor.compose.plan.Fingerprint;
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
import io.microvisor.compose.rootfs.BaseFileSystem;
import io.microvisor.compose.state.StateStore;
import io.microvisor.compose.template.Disk;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.formats.erofs.Compression;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.formats.zstd.SeekableZstd;
import io.microvisor.store.Store;
import io.microvisor.testkit.Recorded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What steps make of [SmallSystem] is recorded beside the versions of their code: whoever changes what a step makes has to raise
/// one of these, for otherwise the results of older versions are taken for its own.
///
/// Steps that run packages' programs are held to it in `system-tests`.
class StepResultsTest {
  private static final long EPOCH = 1_700_000_000;
  private static final Recorded RECORDED =
      Recorded.of(Path.of("src/test/resources/step-results.tsv"));
  private static final Input.Output CONFIGURED = new Input.Output(new StepId("given"), "tree");
  private static final Input.Output BUILT = new Input.Output(new StepId("built"), "tree");
  private static final String TEMPLATE =
      """
      image: {name: small, version: "1.2"}
      target: {os: debian, dist: debian13, arch: x86_64, imageType: raw}
      disk: {layout: immutable, artifacts: [{type: raw}, {type: raw, compression: zstd}]}
      systemConfig:
        hostname: small
        kernel: {packages: [linux-image-amd64], cmdline: quiet}
        locales: [de]
        persistence: {state: ext4, paths: [{path: /etc/ssh}]}
        network: {backend: systemd-networkd}
        groups: [{name: crew, gid: 2000}]
        users:
          - {name: me, sudo: true, groups: [crew], sshAuthorizedKeys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA]}
        additionalFiles:
          - {final: /etc/motd, content: "Hello\\n"}
          - {final: /etc/ld.so.conf.d/own.conf, content: "/opt/lib\\n"}
          - {final: /etc/ld.so.conf.d/local.conf, local: local.conf}
        services:
          enable: [small.service]
          units:
            hello.service: |
              [Service]
              ExecStart=/usr/bin/sh
              [Install]
              WantedBy=multi-user.target
      """;

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
    SmallSystem system = SmallSystem.of();
    Template template = template();
    try (Store store = Store.open(folder.resolve("store"))) {
      Plan plan = plan(system, template, store);
      Results made = new PlanRunner(store, system::contents, _ -> {}).run(plan);
      for (Step step : plan.inOrder()) {
        if (!(step instanceof Given)) {
          RECORDED.check(
              step.id().name(),
              step.versions().toString(),
              Fingerprint.of(step).key(step.id(), identities(step, made)).hex(),
              Digest.sha256(made.outputs(step.id()).toBytes()).hex());
        }
      }
    }
    RECORDED.finish();
  }

  private static SortedMap<String, Digest> identities(Step step, Results made) {
    SortedMap<String, Digest> identities = new TreeMap<>();
    step.inputs()
        .forEach((name, input) ->
            identities.put(
                name,
                switch (input) {
                  case Input.Content(Digest digest) -> digest;
                  case Input.Output(StepId from, String output) ->
                      made.outputs(from).named(output).identity();
                }));
    return identities;
  }

  private Template template() throws IOException {
    Files.writeString(folder.resolve("local.conf"), "/srv/lib\n");
    return switch (TemplateLoader.load(Files.writeString(folder.resolve("small.yaml"), TEMPLATE))) {
      case Loading.Loaded(Template template) -> template;
      case Loading.Rejected rejected -> throw new AssertionError(rejected.problems().toString());
    };
  }

  private static Plan plan(SmallSystem system, Template template, Store store) {
    String name = template.image().name();
    KernelNeeds needs = KernelNeeds.of(template.system());
    Disk.Immutable disk =
        switch (template.disk().layout()) {
          case Disk.Immutable immutable -> immutable;
        };
    Input.Output added = new Input.Output(AddedModulesStep.ID, "tree");
    Input.Output baseModules = new Input.Output(BaseStep.ID, "modules");
    Input.Output kernelVersion = new Input.Output(BaseStep.ID, "kernel version");
    Input.Output root = new Input.Output(RootStep.ID, "tree");
    Input.Output image = new Input.Output(RootImageStep.ID, "image");
    Input.Output rootHash = new Input.Output(VerityStep.ID, "root hash");
    Input.Output map = new Input.Output(DiskStep.ID, "map");
    return new Plan(
        name,
        List.of(
            new Given(CONFIGURED.step(), system.tree()),
            new Given(BUILT.step(), built(system)),
            new AddedModulesStep(CONFIGURED, BUILT, needs.choice(), needs.choice().place()),
            new TriggeringFilesStep(
                CONFIGURED,
                template.system().files().stream().map(TriggeringFilesStep.Wanted::of).toList(),
                store.contents(),
                EPOCH),
            new ModulesStep(added, needs),
            new BaseStep(
                added,
                new Input.Output(ModulesStep.ID, "modules"),
                BaseFileSystem.Selection.of(template.system(), EPOCH)),
            new RootStep(new Input.Output(BaseStep.ID, "tree"), template, EPOCH),
            new InitrdFilesStep(
                new Input.Output(RootStep.ID, "initrd sources"),
                baseModules,
                kernelVersion,
                List.of(),
                StateStore.of(template),
                EPOCH),
            new InitrdStep(new Input.Output(InitrdFilesStep.ID, "files"), InitrdWriter.USUAL_LEVEL),
            new RootImageStep(
                root, name, Digest.sha256(name), EPOCH, new Compression.Zstd(3, 128 << 10)),
            new VerityStep(image, name),
            new UkiStep(
                BaseStep.ID,
                new Input.Output(RootStep.ID, "os-release"),
                new Input.Output(InitrdStep.ID, "initrd"),
                new Input.Output(InitrdFilesStep.ID, "microcode"),
                rootHash,
                List.of("quiet")),
            new DiskStep(
                new Input.Output(UkiStep.ID, "uki"),
                new Input.Output(BaseStep.ID, "boot loader"),
                image,
                new Input.Output(VerityStep.ID, "tree"),
                rootHash,
                template.diskLayout(),
                template.image().release(),
                disk,
                EPOCH),
            new CompressedDiskStep(map, new SeekableZstd.Spec(3, 4 << 20), name),
            new DiskDigestStep(map)));
  }

  /// A module as dkms leaves it.
  private static FileTree built(SmallSystem system) {
    TreePath modules = TreePath.of("usr/lib/modules").resolve(SmallSystem.RELEASE);
    Inode module = system.tree().find(modules.resolve("kernel/sound/noise.ko")).orElseThrow();
    TreePath path = modules.resolve("updates/dkms/extra.ko");
    return FileTree.builder().mkdirs(path.parent()).put(path, module).build();
  }

  @Test
  void everyStepIsHeldToIt() {
    assertThat(RECORDED.names())
        .containsExactlyInAnyOrder(
            "added modules",
            "base",
            "compressed disk",
            "disk",
            "disk digest",
            "initrd",
            "initrd files",
            "kernel image",
            "modules",
            "root",
            "root image",
            "triggering files",
            "verity");
  }
}
