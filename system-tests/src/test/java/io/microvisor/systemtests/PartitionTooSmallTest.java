package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.disk.DiskSpec;
import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What does not fit into its slot is said with the slot's place and the size that is enough.
class PartitionTooSmallTest {
  @TempDir Path folder;

  @Test
  void namesEverySlotWithItsPlaceAndTheSizeThatIsEnough() throws IOException {
    Template template = template();

    List<Problem> problems =
        DiskSpec.of(
                template,
                Digest.sha256("root"),
                zeros(101 << 20),
                zeros(3 << 20),
                new DiskSpec.Program(Digest.sha256("kernel image"), zeros(60 << 20)),
                new DiskSpec.Program(Digest.sha256("boot loader"), zeros(1 << 20)),
                0)
            .problems();

    assertThat(problems).extracting(Problem::code).containsOnly(Code.PARTITION_TOO_SMALL);
    assertThat(problems)
        .extracting(Problem::toString)
        .satisfiesExactly(
            esp ->
                assertThat(esp)
                    .contains("image.yaml:4:16: ", "esp: 64 MiB", "raise disk.slots.esp to 70MiB"),
            root ->
                assertThat(root)
                    .contains("image.yaml:4:29: ", "root: 100 MiB", "(expected: >= 101 MiB)"),
            verity -> assertThat(verity).contains("image.yaml:4:", "rootVerity: 2 MiB", "3MiB"));
  }

  private Template template() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("image.yaml"),
            """
            extends: minimal
            image: {name: small, version: "1"}
            disk:
              slots: {esp: 64MiB, root: 100MiB, rootVerity: 2MiB}
            """);
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded loaded -> loaded.template();
      case Loading.Rejected rejected -> throw new AssertionError(rejected.problems().toString());
    };
  }

  private static ByteSource zeros(long size) {
    return new ByteSource() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public void readFully(long position, ByteBuffer into) {
        into.position(into.limit());
      }
    };
  }
}
