package io.microvisor.compose.locking;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.packages.deb.Glob;
import io.microvisor.packages.repository.LocalFolder;
import io.microvisor.packages.repository.Pin;
import io.microvisor.packages.repository.Repository;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.repository.SinglePackages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateRepositoriesTest {
  private static final String DIGEST = "0123456789abcdef".repeat(4);
  private static final String BASE =
      """
      image: {name: a, version: "1"}
      target: {os: debian, dist: debian13, arch: x86_64, imageType: raw}
      systemConfig:
        kernel: {packages: [linux-image-amd64]}
      """;

  @TempDir private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    Files.createDirectories(folder.resolve("base/debs"));
  }

  @Test
  void aFolderNeedsOneLineAndIsCalledAsTheTemplateCallsIt() throws IOException {
    Template template = load("packageRepositories:\n  - {path: base/debs/}\n");

    assertThat(TemplateRepositories.of(template))
        .singleElement()
        .isInstanceOfSatisfying(
            LocalFolder.class,
            local -> {
              assertThat(local.name()).isEqualTo("base/debs");
              assertThat(local.path()).isEqualTo(folder.resolve("base/debs"));
              assertThat(local.architecture()).isEqualTo("amd64");
            });
    assertThat(PackageChoice.inputs(template))
        .contains("repository folder base/debs")
        .noneMatch(input -> input.contains(folder.toString()));
  }

  @Test
  void aFolderOfAParentStartsFromItsPlace() throws IOException {
    Files.writeString(
        folder.resolve("base/base.yaml"), BASE + "packageRepositories:\n  - {path: debs}\n");
    Files.writeString(folder.resolve("a.yaml"), "extends: base/base.yaml\n");

    assertThat(TemplateRepositories.of(loaded()))
        .extracting(Repository::name)
        .containsExactly("base/debs");
  }

  @Test
  void anEntrySaysWhatItsReleaseFileCallsTheSuite() throws IOException {
    for (var each :
        Map.of(
                "", new RepositorySpec.ReleaseName.AsAsked(),
                "releaseSuite: trixie", new RepositorySpec.ReleaseName.Called("trixie"),
                "releaseSuite: none", new RepositorySpec.ReleaseName.Unnamed())
            .entrySet()) {
      Template template =
          load(
              """
              packageRepositories:
                - url: https://packages.example/debian
                  codename: trixie/snapshots/5.12
                  insecureSkipVerify: true
                  %s
              """
                  .formatted(each.getKey()));

      assertThat(TemplateRepositories.of(template))
          .singleElement()
          .isInstanceOfSatisfying(
              RepositorySpec.class,
              spec -> assertThat(spec.releaseName()).isEqualTo(each.getValue()));
    }
  }

  @Test
  void eachSuiteOfAnEntryIsARepository() throws IOException {
    Template template =
        load(
            """
            packageRepositories:
              - url: https://packages.example/debian/
                codename: trixie trixie-extras ./
                component: main tools
                insecureSkipVerify: true
                priority: 600
                allowPackages: [nginx, "lib*"]
            """);

    List<Repository> repositories = TemplateRepositories.of(template);

    assertThat(repositories)
        .map(RepositorySpec.class::cast)
        .extracting(RepositorySpec::suite)
        .containsExactly("trixie", "trixie-extras", "./");
    assertThat(repositories)
        .allSatisfy(each -> {
          assertThat(each.preference().priority()).isEqualTo(OptionalInt.of(600));
          assertThat(each.preference().allows("libc6")).isTrue();
          assertThat(each.preference().allows("curl")).isFalse();
        });
  }

  @Test
  void aFolderWithASuiteIsAnArchive() throws IOException {
    Template template =
        load("packageRepositories:\n  - {path: base, codename: trixie, priority: 0}\n");

    assertThat(TemplateRepositories.of(template))
        .singleElement()
        .isInstanceOfSatisfying(
            RepositorySpec.class,
            spec -> {
              assertThat(spec.archives()).containsExactly(folder.resolve("base").toUri());
              assertThat(spec.trust()).isInstanceOf(RepositorySpec.Trust.Unsigned.class);
              assertThat(spec.preference().priority()).isEmpty();
            });
  }

  @Test
  void singlePackagesHaveAddressesAndDigests() throws IOException {
    Template template =
        load(
            "packageRepositories:\n  - packages: [\"https://x.example/a%2Bb_1_amd64.deb#sha256="
                + DIGEST
                + "\"]\n");

    assertThat(TemplateRepositories.of(template))
        .singleElement()
        .isInstanceOfSatisfying(
            SinglePackages.class,
            single -> {
              SinglePackages.Address address = single.addresses().getFirst();
              assertThat(address.uri()).hasToString("https://x.example/a%2Bb_1_amd64.deb");
              assertThat(address.filename()).isEqualTo("a+b_1_amd64.deb");
              assertThat(address.sha256().getFirst().hex()).isEqualTo(DIGEST);
            });
  }

  @Test
  void pinsKeepTheirOrderAndAreAmongTheInputsOfALock() throws IOException {
    String first = "  - {packages: [nginx, \"src:x*\"], version: \"1.26*\", priority: 900}\n";
    String second =
        "  - {packages: [\"*\"], release: {suite: trixie-backports, origin: Debian}, priority: -1}\n";
    Template one = load("packagePins:\n" + first + second);
    Template other = load("packagePins:\n" + second + first);

    assertThat(TemplateRepositories.pins(one))
        .containsExactly(
            new Pin(List.of("nginx", "src:x*"), new Pin.Target.Version(Glob.of("1.26*")), 900),
            new Pin(
                List.of("*"),
                new Pin.Target.Release(
                    List.of(
                        new Pin.Condition(Pin.Field.ORIGIN, Glob.of("Debian")),
                        new Pin.Condition(Pin.Field.SUITE, Glob.of("trixie-backports")))),
                -1));
    assertThat(PackageChoice.inputs(one))
        .contains("pin 1 nginx src:x* version 1.26* priority 900")
        .isNotEqualTo(PackageChoice.inputs(other));
  }

  @Test
  void whateverDecidesAChoiceChangesTheInputsOfALock() throws IOException {
    String archive = "archive: {suites: [trixie-backports]}\n";
    String entry = "packageRepositories:\n  - {path: base/debs%s}\n";
    List<List<String>> all = new ArrayList<>();
    for (String text :
        List.of(
            "",
            archive,
            entry.formatted(""),
            entry.formatted(", priority: 600"),
            entry.formatted(", allowPackages: [curl]"),
            entry.formatted(", codename: trixie"))) {
      all.add(PackageChoice.inputs(load(text)));
    }

    assertThat(all).doesNotHaveDuplicates();
  }

  private Template load(String text) throws IOException {
    Files.writeString(folder.resolve("a.yaml"), BASE + text);
    return loaded();
  }

  private Template loaded() throws IOException {
    return switch (TemplateLoader.load(folder.resolve("a.yaml"))) {
      case Loading.Loaded loaded -> loaded.template();
      case Loading.Rejected rejected -> throw new RejectedException(rejected.problems());
    };
  }
}
