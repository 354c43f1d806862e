package io.microvisor.compose.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.layout.ImageSize;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.template.Disk;
import io.microvisor.compose.template.Template;
import io.microvisor.formats.gpt.SectorSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Builds of several versions and lists of artifacts into one folder.
class ArtifactFilesTest {
  private static final Place NOWHERE = Place.startOf("test.yaml");

  @TempDir Path folder;
  private Path output;
  private int builds;

  @BeforeEach
  void makeOutput() throws IOException {
    output = Files.createDirectory(folder.resolve("out"));
  }

  /// Makes a file for each suffix, with other bytes in each build, their manifest, and digests where there is more than a disk.
  private void build(String version, String... suffixes) throws IOException {
    Path scratch = Files.createDirectory(folder.resolve("scratch-" + ++builds));
    ArtifactFiles files = new ArtifactFiles(new Template.Image("x", version, NOWHERE), scratch);
    List<String> artifacts = new ArrayList<>();
    for (String suffix : suffixes) {
      Path file = Files.writeString(files.file(suffix), suffix + " of build " + builds);
      artifacts.add(
          "{\"file\": \"%s\", \"size\": %d}".formatted(file.getFileName(), Files.size(file)));
    }
    Files.writeString(files.manifest(), "{\"artifacts\": " + artifacts + "}");
    if (suffixes.length > 1) {
      TreeMap<String, Digest> digests = new TreeMap<>();
      for (Path each : files.made()) {
        digests.put(String.valueOf(each.getFileName()), Digest.sha256(Files.readAllBytes(each)));
      }
      files.writeSums(digests);
    }
    assertThat(files.publish(output).getLast()).hasFileName("x-" + version + ".manifest.json");
    assertThat(scratch).isEmptyDirectory();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(output)) {
      return all.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  private void digestsHold() throws Exception {
    Process check =
        new ProcessBuilder(
                "sh", "-c", "for sums in *.SHA256SUMS; do sha256sum -c \"$sums\" || exit 1; done")
            .directory(output.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(check.waitFor()).as(said).isZero();
  }

  @Test
  void aShorterListLeavesNothingOfTheLongerOne() throws Exception {
    build("1.0", "raw", "raw.zst", "efi");
    digestsHold();
    assertThat(names()).hasSize(5);

    build("1.0", "raw", "efi");
    digestsHold();
    assertThat(names())
        .containsExactly("x-1.0.SHA256SUMS", "x-1.0.efi", "x-1.0.manifest.json", "x-1.0.raw");

    build("1.0", "raw");
    assertThat(names()).containsExactly("x-1.0.manifest.json", "x-1.0.raw");
  }

  @Test
  void everyVersionKeepsItsManifestAndItsDigests() throws Exception {
    build("1.0", "raw", "raw.zst");
    build("1.0.1", "raw", "efi");
    build("1.0", "raw", "efi");

    digestsHold();
    assertThat(names())
        .containsExactly(
            "x-1.0.1.SHA256SUMS",
            "x-1.0.1.efi",
            "x-1.0.1.manifest.json",
            "x-1.0.1.raw",
            "x-1.0.SHA256SUMS",
            "x-1.0.efi",
            "x-1.0.manifest.json",
            "x-1.0.raw");
  }

  @Test
  void nothingGoesThatIsNotRecordedAsMade() throws Exception {
    Files.writeString(output.resolve("x-1.0.notes"), "somebody's");
    Files.writeString(folder.resolve("outside"), "1");
    Files.writeString(output.resolve("other"), "1");
    build("1.0", "raw", "raw.zst");
    Files.writeString(output.resolve("x-1.0.raw.zst"), "written by somebody since, and longer");
    Files.writeString(
        output.resolve("x-1.0.manifest.json"),
        """
        {"artifacts": [{"file": "../outside", "size": 1}, {"file": "other", "size": 1},
          {"file": "x-1.0./../../outside", "size": 1}, {"file": "x-1.0.raw.zst", "size": 3}, 7]}
        """);
    build("1.0", "raw");

    assertThat(names())
        .containsExactly(
            "other", "x-1.0.manifest.json", "x-1.0.notes", "x-1.0.raw", "x-1.0.raw.zst");
    assertThat(folder.resolve("outside")).exists();

    Files.writeString(output.resolve("x-1.0.manifest.json"), "{no manifest");
    build("1.0", "raw", "efi");
    digestsHold();
  }

  @Test
  void whateverIsMoreThanADiskHasDigests() {
    assertThat(released(new Disk.Artifact(Disk.Type.RAW, Disk.Compression.NONE, NOWHERE)))
        .isFalse();
    assertThat(released()).isFalse();
    assertThat(released(new Disk.Artifact(Disk.Type.SPLIT, Disk.Compression.NONE, NOWHERE)))
        .isTrue();
    assertThat(released(new Disk.Artifact(Disk.Type.RAW, Disk.Compression.ZSTD, NOWHERE))).isTrue();
  }

  private static boolean released(Disk.Artifact... artifacts) {
    Disk.Slot slot = new Disk.Slot("root", new ByteSize(1 << 20), NOWHERE);
    return new Disk(
            new Disk.Immutable(slot, slot, slot, slot, 3),
            SectorSize.of(512),
            new ImageSize.Fitting(),
            List.of(artifacts),
            NOWHERE)
        .isReleased();
  }
}
