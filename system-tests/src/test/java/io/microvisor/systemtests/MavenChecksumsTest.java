package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What Maven downloaded for this build, plugins and their descriptions included, is what the project was made with. Maven
/// 3.9.2 refuses anything else before it is used; older ones do not, and so it is looked at here.
class MavenChecksumsTest {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final Path LIST = HOME.resolve(".mvn/checksums/checksums.sha256");

  private static SortedMap<String, Digest> listed() throws IOException {
    SortedMap<String, Digest> listed = new TreeMap<>();
    for (String line : Files.readAllLines(LIST)) {
      listed.put(line.substring(66), Digest.parse(line.substring(0, 64)));
    }
    return listed;
  }

  /// The jars of other projects that this test runs with.
  private static List<Path> libraries() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(path -> path.toString().endsWith(".jar") && !path.startsWith(HOME))
        .filter(path -> !path.toString().contains("/io/microvisor/"))
        .toList();
  }

  /// Maven's local repository, by where the libraries lie in it.
  private static Optional<Path> repository(Path library, SortedMap<String, Digest> listed) {
    return listed.keySet().stream()
        .filter(library::endsWith)
        .map(name ->
            library
                .getRoot()
                .resolve(library.subpath(0, library.getNameCount() - Path.of(name).getNameCount())))
        .findFirst();
  }

  @Test
  void whatLiesInTheLocalRepositoryIsAsListed() throws IOException {
    SortedMap<String, Digest> listed = listed();
    List<Path> unlisted = new ArrayList<>();
    List<Path> repositories = new ArrayList<>();
    for (Path library : libraries()) {
      repository(library, listed).ifPresentOrElse(repositories::add, () -> unlisted.add(library));
    }
    assertThat(unlisted).as("to be listed by: tools/maven-checksums --refresh").isEmpty();
    Path repository = repositories.stream().distinct().toList().getFirst();
    List<String> other = new ArrayList<>();
    for (Map.Entry<String, Digest> each : listed.entrySet()) {
      Path file = repository.resolve(each.getKey());
      if (Files.exists(file) && !Digest.sha256(ByteSource.of(file)).equals(each.getValue())) {
        other.add(each.getKey());
      }
    }
    assertThat(other).as("not what this project was made with").isEmpty();
  }

  @Test
  void theCheckOfTheLauncherTellsWhatIsAnother(@TempDir Path repository) throws Exception {
    String name = listed().firstKey();
    Path file = repository.resolve(name);
    Files.createDirectories(file.getParent());

    assertThat(check(repository).exit()).isZero(); // Nothing is there yet.
    Files.writeString(file, "planted");
    Ending planted = check(repository);

    assertThat(planted.exit()).isEqualTo(1);
    assertThat(planted.said())
        .contains("maven: " + name + ": SHA-256 is ", "tools/maven-checksums --refresh");
  }

  @Test
  void theLauncherTakesNoJarThatIsNotListed(@TempDir Path lib) throws Exception {
    String listed =
        Path.of(
                listed().keySet().stream()
                    .filter(name -> name.endsWith(".jar"))
                    .findFirst()
                    .orElseThrow())
            .getFileName()
            .toString();
    Files.writeString(lib.resolve("emt-bytes-0.1.0-SNAPSHOT.jar"), "our own");
    assertThat(run("--check-jars", lib).exit()).isZero();

    Files.writeString(lib.resolve(listed), "planted");
    Files.writeString(lib.resolve("other-1.jar"), "planted");
    Ending planted = run("--check-jars", lib);

    assertThat(planted.exit()).isEqualTo(1);
    assertThat(planted.said())
        .contains(
            "maven: " + listed + ": SHA-256 is ",
            "maven: other-1.jar: SHA-256 is ",
            "(expected: nothing of that name: it is not listed)");
  }

  private record Ending(int exit, String said) {}

  private static Ending check(Path repository) throws IOException, InterruptedException {
    return run("--check", repository);
  }

  private static Ending run(String option, Path folder) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                HOME.resolve("tools/maven-checksums").toString(), option, folder.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return new Ending(process.exitValue(), said);
  }
}
