package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.formats.tree.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceProgramsTest {
  private final RootEditor root =
      new RootEditor(FileTree.empty(), ContentSource.of(Map.of()), 0)
          .write("usr/bin/hello", 0755, "")
          .write("opt/app/run", 0755, "")
          .symlink("bin", "usr/bin");

  @TempDir Path folder;

  private List<String> missing(String... lines) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("image.yaml"),
            """
            extends: minimal
            image: {name: units, version: "1"}
            systemConfig:
              services:
                units:
                  x.service: |
                    [Service]
                    %s
            """
                .formatted(String.join("\n        ", lines)));
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded loaded -> ServicePrograms.missing(root, loaded.template().system());
      case Loading.Rejected rejected -> throw new AssertionError(rejected.problems().toString());
    };
  }

  @Test
  void areNamedWithTheirUnit() throws IOException {
    assertThat(missing("ExecStart=/usr/bin/helo --x", "ExecStartPre=-/opt/app/prepare"))
        .hasSize(2)
        .anySatisfy(line ->
            assertThat(line)
                .contains("image.yaml:6:7: x.service: ExecStart=/usr/bin/helo, which is not")
                .endsWith("did you mean hello?"))
        .anySatisfy(line -> assertThat(line).contains("ExecStartPre=/opt/app/prepare"));
    assertThat(missing("ExecStart=helo")).singleElement().asString().contains("ExecStart=helo");
  }

  @Test
  void areThereByLinksAndSearchedFoldersAndWithPrefixes() throws IOException {
    assertThat(
            missing(
                "ExecStartPre=/bin/hello",
                "ExecStartPre=-+/opt/app/run a \\",
                "  /not/a/program",
                "ExecStartPre=@/usr/bin/hello name",
                "ExecStartPre=\"/usr/bin/hello\" x",
                "ExecStart=hello"))
        .isEmpty();
  }

  @Test
  void areNotLookedForWhereTheMachineDecides() throws IOException {
    assertThat(
            missing(
                "ExecStart=/var/lib/app/run",
                "ExecStartPre=/usr/bin/%i",
                "ExecStartPre=$PROGRAM",
                "# ExecStart=/usr/bin/none"))
        .isEmpty();
  }
}
