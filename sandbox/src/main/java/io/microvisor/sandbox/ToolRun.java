package io.microvisor.sandbox;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ByteSource;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A tool running in a tool root: the *tool* profile.
///
/// The tool sees its tool root (programs and libraries read-only, /etc and /var as copies of its own), the declared binds
/// and devices, and the host's network if asked for. It is root there, without the capabilities to mount or to load
/// modules, or with less where its [ToolSpec.Privileges] say so; on a machine where we are not root it has our own rights to
/// the host's files. It dies when this is closed and when this process dies.
public final class ToolRun implements Closeable {
  /// What a tool's standard input, output and error are.
  public enum Stdio {
    /// Those of this process: for tools that talk to the user.
    INHERITED,
    /// Pipes: [#input], [#output] and [#complaints].
    PIPED
  }

  private static final int LARGEST_OUTPUT = 64 << 20;

  private final Child child;

  private ToolRun(Child child) {
    this.child = child;
  }

  /// Starts a tool.
  ///
  /// @throws IOException if this machine lets us make no namespaces; the message says what to enable
  public static ToolRun start(SandboxSupport support, ToolSpec spec, Stdio stdio)
      throws IOException, InterruptedException {
    Entry.Session session =
        switch (stdio) {
          case INHERITED -> Entry.Session.TERMINAL;
          case PIPED -> Entry.Session.OWN;
        };
    ProcessBuilder builder = new ProcessBuilder(command(support, spec, session));
    if (stdio == Stdio.INHERITED) {
      builder.inheritIO();
    }
    return new ToolRun(Child.start(builder));
  }

  /// Runs a tool to its end without input. A tool that fails is a result, not an exception.
  ///
  /// @throws IOException if it cannot be started, takes longer than `limit`, or says more than 64 MiB
  /// @throws InterruptedException if the calling thread was interrupted; by then the tool is dead
  public static ToolResult run(SandboxSupport support, ToolSpec spec, Duration limit)
      throws IOException, InterruptedException {
    Transcript transcript = new Transcript(line -> {}, new ByteSize(LARGEST_OUTPUT));
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Sandbox.THREADS);
        ToolRun run = start(support, spec, Stdio.PIPED)) {
      run.input().close();
      Callable<byte[]> reading = () -> run.output().readNBytes(LARGEST_OUTPUT + 1);
      Callable<Integer> following =
          () -> {
            transcript.follow(run.complaints());
            return run.exit();
          };
      Future<byte[]> output = threads.submit(reading);
      Future<Integer> exit = threads.submit(following);
      try {
        byte[] said = output.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (said.length > LARGEST_OUTPUT) {
          throw new IOException(name(spec) + ": more output (expected: at most 64 MiB)");
        }
        int status = exit.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        return new ToolResult(status, ByteSource.of(said), transcript.tail());
      } catch (TimeoutException e) {
        throw new IOException(
            name(spec) + ": still runs after " + limit.toSeconds() + " s (expected: an end)", e);
      } catch (ExecutionException e) {
        throw new IOException("running " + name(spec) + ": " + e.getCause(), e.getCause());
      }
    }
  }

  private static String name(ToolSpec spec) {
    return spec.command().get(0);
  }

  private static List<String> command(SandboxSupport support, ToolSpec spec, Entry.Session session)
      throws IOException {
    List<String> namespaces = new ArrayList<>(SandboxSupport.NAMESPACES);
    if (spec.network() == ToolSpec.Network.HOST) {
      namespaces.remove("--net");
    }
    List<String> command = Child.unshare(Users.ofTools(support), namespaces);
    command.addAll(List.of("sh", "-c", Scripts.read("tool.sh"), "tool"));
    command.add(spec.root().toRealPath().toString());
    command.add(
        Entry.ofTool(
            spec.command(),
            spec.environment(),
            session,
            spec.privileges(),
            support instanceof SandboxSupport.AsRoot));
    command.add(spec.network() == ToolSpec.Network.HOST ? "host" : "none");
    command.add(
        switch (spec.privileges()) {
          case ROOT -> "tool";
          case OPENING -> "shell";
        });
    command.add(Integer.toString(spec.devices().size()));
    command.addAll(spec.devices());
    command.add(Integer.toString(spec.binds().size()));
    for (ToolSpec.Bind bind : spec.binds()) {
      command.add(bind.access() == ToolSpec.Access.READ_ONLY ? "ro" : "rw");
      command.add(bind.host().toRealPath().toString());
      command.add(bind.inside());
    }
    spec.environment().forEach((name, value) -> command.add(name + "=" + value));
    command.add("/proc/self/fd/9");
    command.addAll(spec.command());
    return command;
  }

  /// Where to write what the tool reads on standard input.
  public OutputStream input() {
    return child.process().getOutputStream();
  }

  /// What the tool writes on standard output.
  public InputStream output() {
    return child.process().getInputStream();
  }

  /// What the tool writes on standard error.
  public InputStream complaints() {
    return child.process().getErrorStream();
  }

  /// Whether the tool has not ended.
  public boolean isRunning() {
    return child.process().isAlive();
  }

  /// Waits for the tool's end and gives its exit status; 128 + the signal's number if a signal ended it.
  public int exit() throws InterruptedException {
    return child.exit();
  }

  /// Kills the tool and all that it started, if it has not ended.
  @Override
  public void close() {
    child.kill();
  }
}
