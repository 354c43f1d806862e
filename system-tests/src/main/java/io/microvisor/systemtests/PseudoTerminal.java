package io.microvisor.systemtests;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A program on a terminal of its own, used as a person uses it: what it says is read, and then something is typed.
/// The terminal is made by script(1).
public final class PseudoTerminal implements Closeable {
  /// Kind of the terminal.
  public static final String KIND = "xterm-256color";

  /// Its size, as `stty size` says it; one that nothing has by default.
  public static final String SIZE = "33 101";

  private final Process process;
  private final StringBuilder said = new StringBuilder();
  private final ExecutorService reading = Executors.newVirtualThreadPerTaskExecutor();
  private int seen;

  private PseudoTerminal(Process process) {
    this.process = process;
    reading.execute(this::read);
  }

  /// Starts a program. The test ends, see [Absent], where there is no script(1).
  ///
  /// @param program its command, folder and environment
  public static PseudoTerminal of(ProcessBuilder program) throws IOException {
    String resize = "stty rows %s cols %s; ".formatted((Object[]) SIZE.split(" ", -1));
    List<String> words =
        program.command().stream().map(word -> "'" + word.replace("'", "'\\''") + "'").toList();
    ProcessBuilder inTerminal =
        new ProcessBuilder(
                "script", "-qefc", resize + "exec " + String.join(" ", words), "/dev/null")
            .directory(program.directory())
            .redirectErrorStream(true);
    inTerminal.environment().clear();
    inTerminal.environment().putAll(program.environment());
    inTerminal.environment().putAll(Map.of("TERM", KIND, "SHELL", "/bin/sh"));
    try {
      return new PseudoTerminal(inTerminal.start());
    } catch (IOException e) {
      throw Absent.oracle("no terminal: " + e.getMessage() + "; script(1) is in Debian's bsdutils");
    }
  }

  private void read() {
    byte[] buffer = new byte[4096];
    try (InputStream stream = process.getInputStream()) {
      for (int read; (read = stream.read(buffer)) >= 0; ) {
        synchronized (said) {
          said.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
          said.notifyAll();
        }
      }
    } catch (IOException _) {
      // The program ended.
    }
  }

  /// Types this.
  public void type(String keys) throws IOException {
    OutputStream keyboard = process.getOutputStream();
    keyboard.write(keys.getBytes(StandardCharsets.US_ASCII));
    keyboard.flush();
  }

  /// Waits until the program says something, after what was awaited last.
  ///
  /// @throws AssertionError if it ends, or does not say it within `limit`, with all it said instead
  public void await(String text, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    synchronized (said) {
      int found;
      while ((found = said.indexOf(text, seen)) < 0) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0 || !process.isAlive()) {
          throw new AssertionError("does not say \"" + text + "\", but:\n" + said);
        }
        said.wait(Math.min(left, 1000));
      }
      seen = found + text.length();
    }
  }

  /// All that was said so far.
  public String said() {
    synchronized (said) {
      return said.toString();
    }
  }

  /// The processes in this terminal.
  public List<ProcessHandle> processes() {
    return process.descendants().toList();
  }

  /// Waits for the program's end.
  ///
  /// @return its exit status
  /// @throws AssertionError if it does not end within `limit`
  public int exit(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("does not end; it said:\n" + said());
    }
    return process.exitValue();
  }

  /// Hangs up, if need be.
  @Override
  public void close() {
    List<ProcessHandle> all = processes();
    process.destroy();
    all.forEach(ProcessHandle::destroy);
    reading.shutdownNow();
  }
}
