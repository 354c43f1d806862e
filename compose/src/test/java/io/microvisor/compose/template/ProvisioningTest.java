package io.microvisor.compose.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.build.PackageChoice;
import io.microvisor.compose.template.Provisioning.Answers;
import io.microvisor.packages.solver.Wish;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvisioningTest {
  @TempDir Path folder;

  @Test
  void isOffUnlessAskedFor() {
    Template template = load("");

    assertThat(template.system().provisioning().answers()).isEqualTo(Answers.NONE);
    assertThat(PackageChoice.wishes(template)).extracting(Wish::text).doesNotContain("mawk");
  }

  @Test
  void bringsWhatItNeeds() {
    Template template = load("  provisioning: {answers: each-boot}\n");

    assertThat(template.system().provisioning().answers()).isEqualTo(Answers.EACH_BOOT);
    assertThat(PackageChoice.wishes(template)).extracting(Wish::text).contains("mawk");
  }

  private Template load(String more) {
    return Templates.loaded(
        TemplateLoader.load(Templates.write(folder, "node.yaml", Templates.SMALLEST + more)));
  }
}
