package io.microvisor.compose.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.files.Durable;
import io.microvisor.compose.template.Template;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;

/// The files of one version of an image: `<name>-<version>.<suffix>`, so that versions in one folder do not meet.
///
/// @param folder where they are, or will be
record ArtifactFiles(Template.Image image, Path folder) {
  private static final long LARGEST_MANIFEST = 64 << 20;

  Path file(String suffix) {
    return folder.resolve(image.name() + "-" + image.version() + "." + suffix);
  }

  /// What is known about the image.
  Path manifest() {
    return file("manifest.json");
  }

  /// The digests of all others, for `sha256sum -c`.
  Path sums() {
    return file("SHA256SUMS");
  }

  /// What an earlier build of this version left here, by its own manifest: files of these names, of the size they were made
  /// with, and the digests of them. Nothing, where no manifest can be read.
  private List<Path> recorded() throws IOException {
    List<Path> files = new ArrayList<>();
    if (!Files.isRegularFile(manifest()) || Files.size(manifest()) > LARGEST_MANIFEST) {
      return files;
    }
    JsonNode artifacts;
    try {
      artifacts = new ObjectMapper().readTree(Files.readAllBytes(manifest())).path("artifacts");
    } catch (JsonProcessingException _) {
      return files;
    }
    String prefix = name(file(""));
    for (JsonNode each : artifacts) {
      String name = each.path("file").asText();
      if (name.startsWith(prefix) && name.indexOf('/') < 0 && name.indexOf('\0') < 0) {
        Path file = folder.resolve(name);
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            && Files.size(file) == each.path("size").asLong(-1)) {
          files.add(file);
        }
      }
    }
    if (Files.isRegularFile(sums(), LinkOption.NOFOLLOW_LINKS)) {
      files.add(sums());
    }
    return files;
  }

  /// What is here, but for hidden files.
  List<Path> made() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> !name(file).startsWith(".")).sorted().toList();
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  /// Writes the digests of files.
  void writeSums(SortedMap<String, Digest> digests) throws IOException {
    StringBuilder text = new StringBuilder();
    digests.forEach(
        (name, digest) -> text.append(digest.hex()).append("  ").append(name).append('\n'));
    Files.writeString(sums(), text);
  }

  /// Moves everything made here to its final place, in place of what an earlier build of this version left there, and syncs
  /// it. The manifest comes last, so that where it is, everything it names is; that of the earlier build stays until then,
  /// because it says what else of that build there may be.
  List<Path> publish(Path output) throws IOException {
    List<Path> files = new ArrayList<>(made());
    files.sort(Comparator.comparing(manifest()::equals));
    for (Path file : files) {
      Durable.sync(file);
    }
    for (Path old : new ArtifactFiles(image, output).recorded()) {
      if (!Files.exists(folder.resolve(name(old)))) {
        Files.deleteIfExists(old);
      }
    }
    List<Path> published = new ArrayList<>();
    for (Path file : files) {
      if (file.equals(manifest())) {
        Durable.syncFolder(output);
      }
      Path target = output.resolve(name(file));
      Durable.rename(file, target);
      published.add(target);
    }
    Durable.syncFolder(output);
    return published;
  }
}
