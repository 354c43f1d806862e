package io.microvisor.machine;

import io.microvisor.sandbox.ToolRun;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A running machine. It ends when it is closed and when this process ends.
public final class Machine implements Closeable {
  private final ToolRun run;
  private final Path report;

  Machine(ToolRun run, Path report) {
    this.run = run;
    this.report = report;
  }

  /// What the guest has written to its second serial port so far; nothing if it has none.
  public String report() throws IOException {
    return Files.exists(report)
        ? new String(Files.readAllBytes(report), StandardCharsets.ISO_8859_1)
        : "";
  }

  /// What the serial console says, when it does not go to the terminal.
  public InputStream console() {
    return run.output();
  }

  /// What is typed on the serial console, when it is not the terminal's.
  public OutputStream keyboard() {
    return run.input();
  }

  /// What QEMU itself complains about.
  public InputStream complaints() {
    return run.complaints();
  }

  /// Whether it runs.
  public boolean isRunning() {
    return run.isRunning();
  }

  /// Waits for its end.
  ///
  /// @return QEMU's exit status
  public int exit() throws InterruptedException {
    return run.exit();
  }

  @Override
  public void close() {
    run.close();
  }
}
