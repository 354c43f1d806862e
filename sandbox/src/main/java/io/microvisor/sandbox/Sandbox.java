package io.microvisor.sandbox;

import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tar.TarReader;
import io.microvisor.formats.tar.TarWriter;
import io.microvisor.formats.tree.FileTree;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// Runs a command inside a [FileTree]: the *script* profile.
///
/// The command sees the tree on a tmpfs of its own, a /dev with `null zero full random urandom tty ptmx pts shm`, a /proc
/// of its own processes, no network, no /sys, the host name `sandbox`, umask 022 and only the environment of its
/// [SandboxSpec]. It is root there, without the capabilities to mount, to make device nodes or to load modules. When it
/// ends, when time is up, when the calling thread is interrupted, and when this process dies, all processes it started die.
///
/// The result is the original tree with what the command changed: new and touched objects come out of the sandbox with
/// owners, modes, times, attributes and hard links, all others stay what they were. /dev and /proc stay as in the original.
public final class Sandbox {
  private static final String HOST_NAME = "sandbox";
  private static final int LARGEST_LIST = 256 << 20;

  private final List<String> userOptions;
  private final String script;

  private Sandbox(List<String> userOptions, String script) {
    this.userOptions = userOptions;
    this.script = script;
  }

  /// A sandbox as this machine supports it.
  ///
  /// @throws IOException if it does not; the message says what to enable
  public static Sandbox on(SandboxSupport support) throws IOException {
    return new Sandbox(support.options(), Scripts.read("script.sh"));
  }

  /// Runs a command and gives what is left of its tree. A command that fails is a result, not an exception.
  ///
  /// @param created gets the contents that the command made
  /// @param listener is called with each line the command says on either stream, on another thread
  /// @throws IOException if the sandbox cannot be set up, the command takes too long, or its tree cannot be read back
  /// @throws InterruptedException if the calling thread was interrupted; by then the command is dead
  public SandboxResult run(SandboxSpec spec, ContentSink created, Consumer<String> listener)
      throws IOException, InterruptedException {
    Transcript transcript = new Transcript(listener);
    Child child = Child.start(new ProcessBuilder(command(spec)));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        Future<Void> feed = threads.submit(feeding(spec, child.process().getOutputStream()));
        Future<Void> follow = threads.submit(following(transcript, child));
        Future<Outcome> read =
            threads.submit(() -> readOutcome(child.process().getInputStream(), created));
        Outcome outcome = await(read, spec, transcript);
        await(follow, spec, transcript);
        await(feed, spec, transcript);
        FileTree tree = outcome.delta().applyTo(spec.tree());
        return new SandboxResult(outcome.exit(), tree, transcript.tail());
      } finally {
        child.kill();
      }
    }
  }

  private List<String> command(SandboxSpec spec) {
    List<String> command = Child.unshare(userOptions, SandboxSupport.NAMESPACES);
    command.addAll(List.of("sh", "-c", script, "sandbox"));
    command.add(Long.toString(spec.limits().files().bytes()));
    command.add(HOST_NAME);
    command.add(Long.toString(spec.limits().addressSpace().bytes()));
    command.add(Integer.toString(spec.limits().processes()));
    spec.environment().forEach((name, value) -> command.add(name + "=" + value));
    command.addAll(List.of("chroot", "."));
    command.addAll(spec.command());
    return command;
  }

  private static Callable<Void> feeding(SandboxSpec spec, OutputStream stdin) {
    return () -> {
      try (stdin) {
        TarWriter.write(spec.tree(), spec.contents(), stdin);
      }
      return null;
    };
  }

  private static Callable<Void> following(Transcript transcript, Child child) {
    return () -> {
      transcript.follow(child.process().getErrorStream());
      return null;
    };
  }

  private <T> T await(Future<T> future, SandboxSpec spec, Transcript transcript)
      throws IOException, InterruptedException {
    String name = spec.command().get(0);
    try {
      return future.get(spec.limits().time().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "sandbox: "
              + name
              + " still runs after "
              + spec.limits().time().toSeconds()
              + " s (expected: an end by then)"
              + said(transcript),
          e);
    } catch (ExecutionException e) {
      throw new IOException(
          "running " + name + " in a sandbox: " + e.getCause() + said(transcript), e.getCause());
    }
  }

  private static String said(Transcript transcript) {
    List<String> tail = transcript.tail();
    List<String> end = tail.subList(Math.max(0, tail.size() - 20), tail.size());
    return end.isEmpty() ? "" : "\n  " + String.join("\n  ", end);
  }

  private record Outcome(int exit, TreeDelta delta) {}

  private static Outcome readOutcome(InputStream stdout, ContentSink created) throws IOException {
    BufferedInputStream stream = new BufferedInputStream(stdout, 1 << 16);
    String[] words = firstLine(stream).split(" ", -1);
    if (words.length != 4 || !words[0].equals("emt-sandbox") || !words[1].equals("1")) {
      throw FormatException.notThis("sandbox result", "the script ended early");
    }
    int size = Integer.parseInt(words[3]);
    if (size < 0 || size > LARGEST_LIST) {
      throw FormatException.damaged("sandbox result", 0, "a list of " + size + " bytes");
    }
    byte[] list = stream.readNBytes(size);
    FileTree changed = TarReader.read(stream, created);
    return new Outcome(Integer.parseInt(words[2]), new TreeDelta(changed, PathList.parse(list)));
  }

  private static String firstLine(InputStream stream) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c; (c = stream.read()) >= 0 && c != '\n' && line.size() < 256; ) {
      line.write(c);
    }
    return line.toString(StandardCharsets.US_ASCII);
  }
}
