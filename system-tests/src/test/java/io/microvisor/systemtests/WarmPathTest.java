package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockFile;
import io.microvisor.sandbox.SandboxSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A build that begins with what earlier builds of other states of its template left makes the same bytes as one that
/// begins with nothing.
@Tag("system")
class WarmPathTest {
  private static final String NO_FILE = "";
  private static final String SHORT_FILE =
      "additionalFiles: [{final: /etc/motd, content: \"hi\\n\"}]";
  private static final String FILES =
      """
      additionalFiles:
          - {final: /etc/motd, content: "moves all small files behind it\\n"}
          - {final: /usr/bin/hello, content: "#!/bin/sh\\n", mode: "0755"}
          - {final: /usr/share/man/man1/hello.1, content: "hello\\n"}\
      """;

  @TempDir Path folder;

  /// A state of the template.
  private record State(String files, String users, String parameters, String packages) {
    String text() {
      return """
      extends: minimal
      image: {name: warm, version: "1"}
      systemConfig:
        %s
        %s
        packages: [%s]
        kernel: {parameters: [%s]}
      """
          .formatted(files, users, packages, parameters);
    }
  }

  @Test
  void everyStateHasTheBytesOfAColdBuild() throws IOException, InterruptedException {
    if (SandboxSupport.probe() instanceof SandboxSupport.Impossible impossible) {
      throw Absent.oracle("no sandbox: " + impossible.explanation());
    }
    String user = "users: [{name: ada, groups: [systemd-journal]}]";
    List<State> states =
        List.of(
            new State(NO_FILE, "", "", ""),
            new State(SHORT_FILE, "", "", ""),
            new State(FILES, "", "", ""),
            new State(FILES, user, "", ""),
            new State(FILES, user, "panic=5", ""),
            new State(SHORT_FILE, user, "panic=5", "less"),
            new State(SHORT_FILE, "", "", ""));
    Path warm = Files.createDirectory(folder.resolve("warm"));
    for (State state : states.subList(0, 4)) {
      build(state, warm);
    }

    State beforeThePackage = states.get(4);
    State withThePackage = states.get(5);
    assertThat(build(beforeThePackage, warm)).isEqualTo(buildCold(beforeThePackage, "cold-1"));
    assertThat(build(withThePackage, warm)).isEqualTo(buildCold(withThePackage, "cold-2"));
    assertThat(build(states.get(6), warm)).isEqualTo(buildCold(states.get(6), "cold-3"));
  }

  private SortedMap<String, Digest> buildCold(State state, String cache)
      throws IOException, InterruptedException {
    return build(state, Files.createDirectory(folder.resolve(cache)));
  }

  private SortedMap<String, Digest> build(State state, Path cache)
      throws IOException, InterruptedException {
    Files.writeString(folder.resolve("image.yaml"), state.text());
    Emt.Ending locked = Emt.in(folder).run("lock", "image.yaml");
    assertThat(locked.exit()).as(locked.said()).isZero();
    Path file = folder.resolve("image.lock");
    Lock lock = LockFile.read(file);
    try (Archive archive = Archive.open()) {
      archive.supply().fetch(lock, _ -> {});
    }
    new Downloads(file, lock).fill(cache);
    Emt emt =
        new Emt(
            folder,
            Map.of("HOME", folder.toString(), "EMT_CACHE", cache.toString()),
            List.of(),
            "022");
    Emt.Ending ending =
        emt.run("build", "image.yaml", "--mirror", Downloads.NOWHERE, "--frozen", "-o", "out");
    assertThat(ending.exit()).as(ending.said()).isZero();
    SortedMap<String, Digest> digests = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder.resolve("out"))) {
      for (Path each : files.toList()) {
        digests.put(String.valueOf(each.getFileName()), Digest.sha256(ByteSource.of(each)));
      }
    }
    assertThat(digests).containsKeys("warm-1.raw", "warm-1.manifest.json");
    return digests;
  }
}
