package io.microvisor.compose.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import io.microvisor.testkit.Malformed;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateLoaderTest {
  @TempDir private Path folder;

  @Test
  void fillsInDefaultsWhereATemplateIsSilent() {
    Template template = load("a.yaml", Templates.SMALLEST);
    assertThat(template.system().hostname()).isEqualTo("localhost");
    assertThat(template.archive().components()).containsExactly("main");
    assertThat(Templates.immutable(template).esp().size()).hasToString("512 MiB");
    assertThat(template.disk().artifacts()).hasSize(1);
    assertThat(Templates.immutable(template).compressLevel()).isEqualTo(3);
    assertThat(kernels(template)).containsExactly("linux-image-amd64");
  }

  @Test
  void keysOfWhatIsNotBuiltPassWhereTheyAskForNothing() {
    Template template =
        load(
            "nothing.yaml",
            Templates.SMALLEST
                + """
                  fde: {enabled: false, partitions: [root]}
                  dkms: {enabled: false}
                  proxy: {}
                  initramfs: {template: ""}
                  aptPolicy: {upgradeAllowedRepos: []}
                  configurations: []
                  users: [{name: ada, startupScript: "", hash_algo: ""}]
                disk: {layout: immutable, path: "", partitions: [], extendLastPartitionToFillDisk: false}
                baseline: {}
                sbomPackageMetadata: []
                """);
    assertThat(template.effective().text())
        .doesNotContain("fde", "dkms", "proxy", "configurations", "startupScript", "baseline");
    assertThat(template.effective().values()).doesNotContainKey("disk.path");
    assertThat(template.effective().identity())
        .isEqualTo(
            load(
                    "silent.yaml",
                    Templates.SMALLEST
                        + """
                          users: [{name: ada}]
                        disk: {layout: immutable}
                        """)
                .effective()
                .identity());
  }

  @Test
  void whatIsToldOfChangesHoldsNoPassword() {
    String hash = "$6$saltsalt$aFieldThatIsNoRealHash";
    Template template =
        load("a.yaml", Templates.SMALLEST + "  users: [{name: ada, password: \"" + hash + "\"}]\n");
    assertThat(template.effective().values())
        .containsKey("systemConfig.users[ada].password")
        .doesNotContainValue(hash);
  }

  @Test
  void childAddsRemovesAndPinsPackages() {
    write("base.yaml", Templates.SMALLEST + "  packages: [curl, nginx, vim]\n");
    Template template =
        load(
            "child.yaml",
            """
            extends: base.yaml
            systemConfig:
              packages: [nginx=1.26-1, -vim, "systemd-*"]
            """);
    List<PackageWish> wishes = template.system().packages();
    assertThat(wishes)
        .extracting(PackageWish::text)
        .containsExactly("curl", "nginx=1.26-1", "systemd-*");
    assertThat(wishes.get(1).version()).isEqualTo(new PackageWish.Version.Exactly("1.26-1"));
    assertThat(wishes.get(1).place()).hasToString(folder.resolve("child.yaml") + ":3:14");
    assertThat(wishes.get(2).pattern()).isTrue();
  }

  @Test
  void childJoinsUsersByNameAndReplacesFilesByPath() {
    write(
        "base.yaml",
        Templates.SMALLEST
            + """
              users: [{name: ada, uid: 1500, groups: [adm]}, {name: bob}]
              additionalFiles: [{final: /etc/a, content: old, mode: "600"}, {final: /etc/b, content: b}]
            """);
    Template template =
        load(
            "child.yaml",
            """
            extends: base.yaml
            systemConfig:
              users: [{name: ada, sudo: true, groups: [sudo, -adm]}]
              additionalFiles: [{final: /etc/a, content: new}]
            """);
    User ada = template.system().users().getFirst();
    assertThat(ada.uid().or(0L)).isEqualTo(1500);
    assertThat(ada.sudo().or(false)).isTrue();
    assertThat(ada.shell()).isEqualTo(new Setting.Unstated<String>());
    assertThat(ada.groups()).containsExactly("sudo");
    AdditionalFile first = template.system().files().getFirst();
    assertThat(first.content()).isEqualTo(new AdditionalFile.Content.Inline("new"));
    assertThat(first.mode()).isEqualTo(0644);
  }

  @Test
  void takesTheLevelOfCompressionAtItsWord() throws IOException {
    Template template =
        load("t.yaml", Templates.SMALLEST + "disk: {layout: immutable, compressLevel: 12}\n");

    assertThat(Templates.immutable(template).compressLevel()).isEqualTo(12);
  }

  @Test
  void childReplacesADiskAsAWhole() {
    write("base.yaml", Templates.SMALLEST + "disk: {layout: immutable, slots: {root: 2GiB}}\n");
    Template template =
        load("child.yaml", "extends: base.yaml\ndisk: {layout: immutable, slots: {esp: 1GiB}}\n");
    assertThat(Templates.immutable(template).root().size()).hasToString("1 GiB");
    assertThat(Templates.immutable(template).esp().size()).hasToString("1 GiB");
  }

  @Test
  void diskOfAChildInheritsImmutability() {
    Template template =
        load("child.yaml", "extends: edge\ndisk: {artifacts: [{type: raw, compression: zstd}]}\n");
    assertThat(template.disk().artifacts().getFirst().compression())
        .isEqualTo(Disk.Compression.ZSTD);
  }

  @Test
  void inlineUnitWithAnInstallSectionIsEnabledUnlessDisabled() {
    String units =
        """
          services:
            disable: [b.service]
            units:
              a.service: "[Install]\\nWantedBy=multi-user.target\\n"
              b.service: "[Install]\\nWantedBy=multi-user.target\\n"
              c.service: "[Service]\\nExecStart=/bin/true\\n"
        """;
    Template template = load("a.yaml", Templates.SMALLEST + units);
    assertThat(template.system().services().enable())
        .extracting(Services.Unit::name)
        .containsExactly("a.service");
  }

  @Test
  void localFilesOfAParentStartFromItsFolder() throws IOException {
    Files.createDirectories(folder.resolve("base/files"));
    Files.writeString(folder.resolve("base/files/motd"), "hello");
    write(
        "base/base.yaml",
        Templates.SMALLEST + "  additionalFiles: [{local: files/motd, final: /etc/motd}]\n");
    Template template = load("child.yaml", "extends: base/base.yaml\n");
    assertThat(template.effective().files())
        .extracting(LocalFile::name)
        .containsExactly("base/files/motd");
    assertThat(template.effective().text()).contains("local: base/files/motd");
  }

  @Test
  void refusesFilesAndTemplatesBehindLinksThatLeaveTheFolder() throws IOException {
    Path inner = folder.resolve("inner");
    Files.createDirectories(inner);
    Files.writeString(folder.resolve("secret.yaml"), Templates.SMALLEST);
    Files.createSymbolicLink(inner.resolve("link.yaml"), folder.resolve("secret.yaml"));
    write("inner/a.yaml", "extends: link.yaml\n");
    write(
        "inner/b.yaml",
        Templates.SMALLEST + "  additionalFiles: [{local: link.yaml, final: /etc/x}]\n");
    write("inner/c.yaml", "extends: ../secret.yaml\n");
    for (String name : List.of("a.yaml", "b.yaml", "c.yaml")) {
      assertThat(Templates.problems(TemplateLoader.load(inner.resolve(name))))
          .extracting(Problem::code)
          .containsExactly(Code.OUTSIDE_FOLDER);
    }
  }

  @Test
  void refusesCirclesAndLongChains() {
    write("a.yaml", "extends: b.yaml\n");
    write("b.yaml", "extends: a.yaml\n");
    write("c0.yaml", Templates.SMALLEST);
    for (int i = 1; i <= 5; i++) {
      write("c" + i + ".yaml", "extends: c" + (i - 1) + ".yaml\n");
    }
    assertThat(codes("a.yaml")).containsExactly(Code.EXTENDS_TOO_DEEP);
    assertThat(codes("c4.yaml")).isEmpty();
    assertThat(codes("c5.yaml")).containsExactly(Code.EXTENDS_TOO_DEEP);
  }

  @Test
  void saysWhenAFileIsMissingOrNoFile() {
    assertThat(codes("none.yaml")).containsExactly(Code.UNREADABLE);
    assertThat(Templates.problems(TemplateLoader.load(folder)))
        .extracting(Problem::code)
        .containsExactly(Code.UNREADABLE);
  }

  @Test
  void effectiveTemplateReadsBackAsTheSameTemplate() throws IOException {
    Path hello = folder.resolve("hello.yaml");
    Files.copy(Path.of("..", "examples", "hello.yaml"), hello);
    Template first = Templates.loaded(TemplateLoader.load(hello));
    Template second = load("again.yaml", first.effective().text());
    assertThat(second.effective()).isEqualTo(first.effective());
    assertThat(kernels(second)).isEqualTo(kernels(first));
    assertThat(second.system().services().enable())
        .extracting(Services.Unit::name)
        .isEqualTo(first.system().services().enable().stream().map(Services.Unit::name).toList());
  }

  @Test
  void identityFollowsTextAndFiles() throws IOException {
    Files.writeString(folder.resolve("motd"), "one");
    String text = Templates.SMALLEST + "  additionalFiles: [{local: motd, final: /etc/motd}]\n";
    EffectiveTemplate before = load("a.yaml", text).effective();
    Files.writeString(folder.resolve("motd"), "two");
    EffectiveTemplate after = load("a.yaml", "# a comment\n" + text).effective();
    assertThat(after.text()).isEqualTo(before.text());
    assertThat(after.identity()).isNotEqualTo(before.identity());
    assertThat(load("a.yaml", "# a comment\n" + text).effective()).isEqualTo(after);
  }

  @ParameterizedTest
  @ValueSource(strings = {"laughs", "deep", "deep blocks", "huge scalar", "wide", "keys", "path"})
  void refusesBombsInLessThanASecondOfProcessorTime(String kind) {
    Path file = write("bomb.yaml", bomb(kind));
    TemplateLoader.load(write("warm.yaml", Templates.SMALLEST));
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    long begin = clock.getCurrentThreadCpuTime();
    List<Problem> problems = Templates.problems(TemplateLoader.load(file));
    Duration took = Duration.ofNanos(clock.getCurrentThreadCpuTime() - begin);
    assertThat(problems).isNotEmpty();
    assertThat(took).isLessThan(Duration.ofSeconds(1));
    assertThat(problems).allSatisfy(problem -> assertThat(problem.what()).hasSizeLessThan(400));
  }

  private static String bomb(String kind) {
    return switch (kind) {
      case "laughs" -> {
        StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++) {
          text.append("a%d: &a%d [".formatted(i, i));
          text.append(("*a" + (i - 1) + ", ").repeat(9)).append("*a").append(i - 1).append("]\n");
        }
        yield text.toString();
      }
      case "deep" -> "[".repeat(500_000);
      case "deep blocks" -> "- ".repeat(400_000);
      case "huge scalar" -> "image: " + "x".repeat(3 << 20);
      case "wide" -> "a: [" + "x,".repeat(400_000) + "]";
      case "keys" -> {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 60_000; i++) {
          text.append("k").append(i).append(": 1\n");
        }
        yield text.toString();
      }
      case "path" ->
          Templates.SMALLEST
              + "  additionalFiles: [{content: x, final: "
              + "/a".repeat(400_000)
              + "}]\n";
      default -> throw new IllegalArgumentException(kind);
    };
  }

  @Test
  void survivesEveryTruncationAndManyFlippedBits() throws IOException {
    byte[] good = ShippedTemplates.find("edge").orElseThrow();
    Path file = folder.resolve("damaged.yaml");
    Malformed.Reader reader =
        input -> {
          Files.write(file, input);
          TemplateLoader.load(file);
        };
    Malformed.survivesBitFlips(good, 300, 7, reader);
    for (int length = 0; length < good.length; length += 61) {
      reader.read(Arrays.copyOf(good, length));
    }
  }

  @Test
  void readsAByteOrderMarkAndRefusesOtherEncodings() throws IOException {
    assertThat(load("bom.yaml", "\uFEFF" + Templates.SMALLEST).image().name()).isEqualTo("small");
    Path file = folder.resolve("utf16.yaml");
    Files.write(file, Templates.SMALLEST.getBytes(StandardCharsets.UTF_16));
    assertThat(codes("utf16.yaml")).containsExactly(Code.BROKEN_YAML);
  }

  private static List<String> kernels(Template template) {
    return template.system().kernel().packages().stream().map(PackageWish::name).toList();
  }

  private Template load(String name, String text) {
    return Templates.loaded(TemplateLoader.load(write(name, text)));
  }

  private Path write(String name, String text) {
    Path file = folder.resolve(name);
    return Templates.write(
        Objects.requireNonNull(file.getParent()), file.getFileName().toString(), text);
  }

  private List<Code> codes(String name) {
    return Templates.problems(TemplateLoader.load(folder.resolve(name))).stream()
        .map(Problem::code)
        .toList();
  }
}
