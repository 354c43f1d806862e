package io.microvisor.systemtests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Looks for inputs that crash a reader: each target for `EMT_FUZZ_SECONDS` (an environment variable; else a minute) in a
/// process of its own, starting from the corpus. `EMT_FUZZ_KEEP=true` puts what was learnt into the corpus. A crash is reported
/// with its input, in `target/fuzz/TARGET`, to be mended and kept as `src/test/resources/fuzz/TARGET/WHAT`.
@Tag("nightly")
class FuzzingTest {
  /// A reader must do with this, so that no input makes it take all there is.
  private static final String HEAP = "-Xmx512m";

  private static final int LARGEST_INPUT = 1 << 16;
  private static final int SLOWEST_SECONDS = 10;

  @TempDir Path corpus;
  @TempDir Path smallest;

  @ParameterizedTest
  @EnumSource
  void noInputCrashes(FuzzTarget target) throws IOException, InterruptedException {
    Path findings = Path.of("target/fuzz").resolve(target.label()).toAbsolutePath();
    Files.createDirectories(findings);
    Corpus kept = Corpus.of(target);
    kept.unpack(corpus);
    int seconds = Integer.parseInt(setting("EMT_FUZZ_SECONDS", "60"));

    int exit = fuzz(target, findings, List.of("-max_total_time=" + seconds, corpus.toString()));

    assertThat(exit).as("%s: see %s", target, findings).isZero();
    if (Boolean.parseBoolean(setting("EMT_FUZZ_KEEP", "false"))) {
      fuzz(target, findings, List.of("-merge=1", smallest.toString(), corpus.toString()));
      kept.keep(smallest);
    }
  }

  private static int fuzz(FuzzTarget target, Path findings, List<String> more)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+EnableDynamicAgentLoading",
                "-cp",
                classpath(),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + FuzzEntry.class.getName(),
                "--target_args=" + target.name(),
                "--instrumentation_includes=io.microvisor.**",
                "--reproducer_path=" + findings,
                "-artifact_prefix=" + findings + "/",
                "-timeout=" + SLOWEST_SECONDS,
                "-max_len=" + LARGEST_INPUT));
    command.addAll(more);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(findings.resolve("log").toFile())
        .start()
        .waitFor();
  }

  private static String setting(String name, String otherwise) {
    return Optional.ofNullable(System.getenv(name)).orElse(otherwise);
  }

  private static String classpath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
