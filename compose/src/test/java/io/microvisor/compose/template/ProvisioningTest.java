package io.microvisor.compose.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.locking.PackageChoice;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.Provisioning.Answers;
import io.microvisor.compose.template.Provisioning.CloudInit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProvisioningTest {
  @TempDir Path folder;

  @Test
  void isOffUnlessAskedFor() {
    Template template = load("");

    assertThat(template.system().provisioning().answers()).isEqualTo(Answers.NONE);
    assertThat(template.system().provisioning().cloudInit()).isEqualTo(CloudInit.NO);
    assertThat(PackageChoice.wishes(template))
        .extracting(wish -> wish.text())
        .doesNotContain("mawk", "cloud-init");
  }

  @Test
  void bringsWhatItNeeds() {
    Template answered = load("  provisioning: {answers: each-boot}\n");
    assertThat(answered.system().provisioning().answers()).isEqualTo(Answers.EACH_BOOT);
    assertThat(PackageChoice.wishes(answered)).extracting(wish -> wish.text()).contains("mawk");

    Template cloud = load("  cloudInit: {enabled: true}\n");
    assertThat(cloud.system().provisioning().cloudInit()).isEqualTo(CloudInit.YES);
    assertThat(PackageChoice.wishes(cloud)).extracting(wish -> wish.text()).contains("cloud-init");
  }

  @Test
  void putsCloudInitsFilesWhereItLooks() throws IOException {
    Files.writeString(folder.resolve("user"), "#cloud-config\n");
    Files.writeString(folder.resolve("10-own.cfg"), "{}\n");

    Template template =
        load("  cloudInit: {enabled: true, userDataFile: user, configFiles: [10-own.cfg]}\n");

    assertThat(template.system().files())
        .extracting(AdditionalFile::path)
        .containsExactly(
            "/var/lib/cloud/seed/nocloud/user-data",
            "/etc/cloud/cloud.cfg.d/10-own.cfg",
            "/var/lib/cloud/seed/nocloud/meta-data");
    assertThat(template.system().files().getLast().content())
        .isEqualTo(new AdditionalFile.Content.Inline("instance-id: small\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "#cloud-config\n",
        "\n #Cloud-Config\n",
        "#!/bin/sh\n",
        "#include\n",
        "#cloud-boothook\n",
        "#part-handler\n",
        "## template: jinja\n#cloud-config\n",
        "Content-Type: multipart/mixed\nMIME-Version: 1.0\n",
        "\u001f\u008b\b",
        "",
      })
  void takesUserDataOfEachOfCloudInitsForms(String text) throws IOException {
    Files.write(folder.resolve("user"), text.getBytes(StandardCharsets.ISO_8859_1));

    assertThat(load("  cloudInit: {enabled: true, userDataFile: user}\n").system().files())
        .hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"users: []\n", "# cloud-config\n", "---\n#cloud-config\n"})
  void refusesUserDataThatCloudInitWouldIgnore(String text) throws IOException {
    Files.writeString(folder.resolve("user"), text);

    assertThat(problems("  cloudInit: {enabled: true, userDataFile: user}\n"))
        .singleElement()
        .asString()
        .startsWith("userDataFile: user begins with ")
        .contains(text.lines().findFirst().orElseThrow(), "cloud-init would ignore it");
  }

  @Test
  void refusesFilesThatNothingReads() throws IOException {
    Files.writeString(folder.resolve("user"), "#cloud-config\n");

    assertThat(problems("  cloudInit: {enabled: true, configFiles: [user]}\n"))
        .containsExactly(
            "configFiles: user: cloud-init would pass it by (expected: a name that ends in .cfg)");
    assertThat(problems("  cloudInit: {userDataFile: user}\n"))
        .containsExactly("userDataFile: nothing reads it (expected: enabled: true, or no files)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "seedfrom: https://example.org/\n",
        "instance-id: a\n\"seedfrom\": 'http://example.org/'\n",
        "{instance-id: a, seedfrom: /mnt/}\n",
        "datasource:\n  NoCloud:\n    seedfrom : ftp://example.org/\n",
      })
  void followsNoSeedToElsewhere(String text) throws IOException {
    Files.writeString(folder.resolve("seed.cfg"), text);

    for (String key : List.of("metaDataFile: seed.cfg", "configFiles: [seed.cfg]")) {
      assertThat(problems("  cloudInit: {enabled: true, " + key + "}\n"))
          .containsExactly(
              key.replaceFirst(":.*", "")
                  + ": seed.cfg says seedfrom (expected: nothing from elsewhere, but user-data beside it)");
    }
  }

  @Test
  void hasOneVoiceOnly() {
    assertThat(problems("  provisioning: {answers: once}\n  cloudInit: {enabled: true}\n"))
        .containsExactly("answers: cloud-init configures the machine, too (expected: one of them)");
  }

  private List<String> problems(String more) {
    return Templates.problems(
            TemplateLoader.load(Templates.write(folder, "bad.yaml", Templates.SMALLEST + more)))
        .stream()
        .map(Problem::what)
        .toList();
  }

  private Template load(String more) {
    return Templates.loaded(
        TemplateLoader.load(Templates.write(folder, "node.yaml", Templates.SMALLEST + more)));
  }
}
