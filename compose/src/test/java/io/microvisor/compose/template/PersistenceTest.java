package io.microvisor.compose.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.template.Persistence.KeptPath;
import io.microvisor.compose.template.Persistence.Owner;
import io.microvisor.compose.template.Persistence.Seed;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PersistenceTest {
  @TempDir Path folder;

  @Test
  void isInMemoryUnlessAskedFor() {
    Template template = load("");

    assertThat(template.system().persistence().state()).isEqualTo(Persistence.State.NONE);
    assertThat(template.system().persistence().paths()).isEmpty();
  }

  @Test
  void leavesADamagedPartitionAloneUnlessToldOtherwise() {
    assertThat(load("  persistence: {state: ext4}\n").system().persistence().damaged())
        .isEqualTo(Persistence.Damaged.DEGRADE);
  }

  @Test
  void keepsPathsInOrderWithTheirOwners() {
    Template template =
        load(
            """
              persistence:
                state: ext4
                damaged: recreate
                paths:
                  - {path: /opt/app, seed: none, owner: app, mode: "0750"}
                  - {path: /etc/hostname, owner: "root:adm"}
            """);

    assertThat(template.system().persistence().damaged()).isEqualTo(Persistence.Damaged.RECREATE);
    assertThat(template.system().persistence().paths())
        .extracting(KeptPath::path)
        .containsExactly("/etc/hostname", "/opt/app");
    assertThat(template.system().persistence().paths())
        .extracting(KeptPath::seed)
        .containsExactly(Seed.IMAGE, Seed.NONE);
    assertThat(template.system().persistence().paths())
        .extracting(KeptPath::owner)
        .containsExactly(new Owner("root", "adm", "-"), new Owner("app", "app", "0750"));
  }

  @Test
  void aChildsPathReplacesTheInheritedOne() {
    Templates.write(
        folder,
        "parent.yaml",
        Templates.SMALLEST
            + "  persistence: {state: ext4, paths: [{path: /etc/a, mode: \"0600\"}, {path: /etc/b}]}\n");
    Path child =
        Templates.write(
            folder,
            "child.yaml",
            "extends: parent.yaml\nsystemConfig: {persistence: {paths: [{path: /etc/a}, {path: /etc/c}]}}\n");

    Template template = Templates.loaded(TemplateLoader.load(child));

    assertThat(template.system().persistence().paths())
        .extracting(kept -> kept.path() + " " + kept.owner().mode())
        .containsExactly("/etc/a -", "/etc/b -", "/etc/c -");
  }

  @Test
  void aFactoryResetKeepsWhatItIsTold() {
    Template template =
        load(
            """
              persistence:
                state: ext4
                paths: [{path: /opt/app, seed: none}]
                factoryReset: {keep: [/opt/app, /etc/machine-id]}
            """);

    assertThat(template.system().persistence().keptAtReset())
        .containsExactly("/etc/machine-id", "/opt/app");
    assertThat(load("  persistence: {state: ext4}\n").system().persistence().keptAtReset())
        .isEmpty();
  }

  private Template load(String more) {
    return Templates.loaded(
        TemplateLoader.load(Templates.write(folder, "kept.yaml", Templates.SMALLEST + more)));
  }
}
