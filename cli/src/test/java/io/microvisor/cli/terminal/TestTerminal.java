package io.microvisor.cli.terminal;

import io.microvisor.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/// A terminal in memory, with its own working directory, environment and clock.
public final class TestTerminal {
  public final StringWriter out = new StringWriter();
  public final StringWriter err = new StringWriter();
  final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Path folder;
  private final Map<String, String> environment = new TreeMap<>();

  public TestTerminal(Path folder) {
    this.folder = folder;
    environment.put("EMT_CACHE", folder.resolve("cache").toString());
    environment.put("EMT_APT", folder.resolve("apt").toString());
    environment.put("PATH", "/usr/bin:/bin");
  }

  public TestTerminal with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /// Runs a command and gives its exit code.
  public int run(String... arguments) {
    return Main.run(terminal(), arguments);
  }

  /// What commands see of it.
  public Terminal terminal() {
    return new Terminal(
        new TerminalWriter(out, true),
        bytes,
        new TerminalWriter(err, true),
        false,
        environment,
        folder,
        folder,
        () -> Instant.EPOCH,
        () -> 0);
  }

  public String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
