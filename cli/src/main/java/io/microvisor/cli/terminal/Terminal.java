package io.microvisor.cli.terminal;

import java.io.Console;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// The world as a command sees it: where to print, the environment, the working directory and the clocks. Tests hand in
/// another one.
///
/// @param out results
/// @param bytes the same place, for results that are no text; `out` is flushed before
/// @param err progress and errors
/// @param interactive whether `err` is a terminal that understands cursor movement
/// @param environment the environment variables
/// @param workingDirectory what relative paths are relative to
/// @param home where this installation's shipped templates lie
/// @param now the time
/// @param nanoTime a clock that only goes forward, in nanoseconds
public record Terminal(
    TerminalWriter out,
    OutputStream bytes,
    TerminalWriter err,
    boolean interactive,
    Map<String, String> environment,
    Path workingDirectory,
    Path home,
    Supplier<Instant> now,
    LongSupplier nanoTime) {

  /// The world of this process.
  public static Terminal ofThisProcess(TerminalWriter out, OutputStream bytes, TerminalWriter err) {
    Map<String, String> environment = System.getenv();
    boolean interactive =
        Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false)
            && !environment.getOrDefault("TERM", "dumb").equals("dumb")
            && !environment.containsKey("CI");
    return new Terminal(
        out,
        bytes,
        err,
        interactive,
        environment,
        Path.of("").toAbsolutePath(),
        Path.of(System.getProperty("emt.home", "")).toAbsolutePath(),
        Instant::now,
        System::nanoTime);
  }

  /// An environment variable that is set and not empty.
  public Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  /// Where everything is kept between builds: `EMT_CACHE`, else `emt` below `XDG_CACHE_HOME` or `~/.cache` (XDG Base
  /// Directory Specification: a relative path does not count). A home that is not there is nobody's, as system users have it. The
  /// launcher follows the same rule.
  ///
  /// @throws FailureException if there is none of them: there is no other place that is ours alone
  public Path cache() throws FailureException {
    return variable("EMT_CACHE")
        .map(Path::of)
        .or(() ->
            variable("XDG_CACHE_HOME")
                .map(Path::of)
                .filter(Path::isAbsolute)
                .or(() -> userHome().map(home -> home.resolve(".cache")))
                .map(folder -> folder.resolve("emt")))
        .orElseThrow(() ->
            new FailureException(
                ExitCode.ENVIRONMENT,
                "cache: no place for it (expected: EMT_CACHE or XDG_CACHE_HOME to be set, or a HOME that is there)"
                    + "\n  advice: EMT_CACHE=/a/folder/of/ours emt ..."));
  }

  private Optional<Path> userHome() {
    return variable("HOME").map(Path::of).filter(Path::isAbsolute).filter(Files::isDirectory);
  }
}
