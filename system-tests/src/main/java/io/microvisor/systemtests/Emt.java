package io.microvisor.systemtests;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// The command line as its users start it: a process of its own, with an environment of its own.
///
/// @param directory where it is started
/// @param environment all of its environment besides PATH
/// @param javaOptions options of its Java
/// @param umask its file mode mask, in octal
/// @param installation where its classes and templates lie
/// @param starter a command that starts it, in front of its own; empty: none
public record Emt(
    Path directory,
    Map<String, String> environment,
    List<String> javaOptions,
    String umask,
    Installation installation,
    List<String> starter) {
  private static final Duration LONGEST = Duration.ofMinutes(15);

  public Emt {
    environment = Map.copyOf(environment);
    javaOptions = List.copyOf(javaOptions);
    starter = List.copyOf(starter);
  }

  /// Where a command line lies.
  ///
  /// @param classPath its classes
  /// @param home its shipped templates
  public record Installation(String classPath, Path home) {
    /// That of this build.
    public static Installation ofThisBuild() {
      return new Installation(ownClassPath(), TestCache.checkout());
    }

    /// Surefire hides the class path in a manifest.
    private static String ownClassPath() {
      return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
  }

  /// As the user of these tests.
  public Emt(
      Path directory, Map<String, String> environment, List<String> javaOptions, String umask) {
    this(directory, environment, javaOptions, umask, Installation.ofThisBuild(), List.of());
  }

  /// How a command ended and what it said on both channels.
  public record Ending(int exit, String said) {}

  /// In a directory, with that as its home, too, and the cache of all tests.
  public static Emt in(Path directory) throws IOException {
    return new Emt(
        directory,
        Map.of("HOME", directory.toString(), "EMT_CACHE", TestCache.directory().toString()),
        List.of(),
        "022");
  }

  /// The same with one more environment variable.
  public Emt with(String name, String value) {
    Map<String, String> more = new TreeMap<>(environment);
    more.put(name, value);
    return new Emt(directory, more, javaOptions, umask, installation, starter);
  }

  /// The same, from another installation and started by another command, which gets ours as its arguments.
  public Emt startedBy(List<String> command, Installation from) {
    return new Emt(directory, environment, javaOptions, umask, from, command);
  }

  /// A command that was started.
  ///
  /// @param said a file that gets what it says on both channels
  public record Running(Process process, Path said) implements Closeable {
    /// What it said so far.
    public String saidSoFar() throws IOException {
      return Files.readString(said, StandardCharsets.UTF_8);
    }

    /// Waits for its end.
    ///
    /// @throws IOException if it does not end in a quarter of an hour
    public Ending ending() throws IOException, InterruptedException {
      if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException("emt: still runs after " + LONGEST.toMinutes() + " minutes");
      }
      return new Ending(process.exitValue(), saidSoFar());
    }

    /// Kills it, if need be.
    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      Files.delete(said);
    }
  }

  /// Runs a command to its end.
  ///
  /// @throws IOException if it does not end in a quarter of an hour
  public Ending run(String... arguments) throws IOException, InterruptedException {
    try (Running running = start(arguments)) {
      return running.ending();
    }
  }

  /// Starts a command.
  public Running start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(starter);
    command.addAll(List.of("sh", "-c", "umask " + umask + " && exec \"$@\"", "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(
        List.of(
            "-XX:+UseParallelGC",
            "-Xmx420m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Demt.home=" + installation.home()));
    command.addAll(javaOptions);
    command.addAll(List.of("-cp", installation.classPath(), "io.microvisor.cli.Main"));
    command.addAll(List.of(arguments));
    Path said = Files.createTempFile(directory, ".said-", "");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    String path = System.getenv("PATH");
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("PATH", path);
    return new Running(builder.start(), said);
  }
}
