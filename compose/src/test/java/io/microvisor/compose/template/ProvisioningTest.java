package io.microvisor.compose.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.build.PackageChoice;
import io.microvisor.compose.template.Provisioning.Answers;
import io.microvisor.compose.template.Provisioning.CloudInit;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void hasOneVoiceOnly() {
    Loading loading =
        TemplateLoader.load(
            Templates.write(
                folder,
                "both.yaml",
                Templates.SMALLEST
                    + "  provisioning: {answers: once}\n  cloudInit: {enabled: true}\n"));

    assertThat(loading).isInstanceOf(Loading.Rejected.class);
    assertThat(((Loading.Rejected) loading).problems())
        .extracting(Problem::what)
        .containsExactly("answers: cloud-init configures the machine, too (expected: one of them)");
  }

  private Template load(String more) {
    return Templates.loaded(
        TemplateLoader.load(Templates.write(folder, "node.yaml", Templates.SMALLEST + more)));
  }
}
