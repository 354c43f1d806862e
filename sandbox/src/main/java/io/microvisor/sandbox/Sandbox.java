package io.microvisor.sandbox;

import io.microvisor.bytes.ContentSink;
import io.microvisor.formats.tar.TarWriter;
import io.microvisor.formats.tree.FileTree;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// Runs a command inside a [io.microvisor.formats.tree.FileTree]: the *script* profile.
///
/// The command sees the tree on a tmpfs of its own, a /dev with `null zero full random urandom tty ptmx pts shm`, a /proc
/// of its own processes, no network, no /sys, the host name `sandbox`, umask 022 and only the environment of its
/// [SandboxSpec]. Of the host there is nothing, not even below its root: that was left. It is root there, with the
/// capabilities that installing takes, no others, and a filter of system calls, see [SeccompFilter]. When it ends, when
/// time is up, when it takes more than [SandboxSpec.Limits] allow, when the calling thread is interrupted, and when this
/// process dies, all processes it started die.
///
/// The result is the original tree with what the command changed: new and touched objects come out of the sandbox with
/// owners, modes, times, attributes and hard links, all others stay what they were. /dev and /proc stay as in the original.
public final class Sandbox {
  /// Reading from a pipe keeps a thread, and would keep virtual ones from all others: the watch must not wait for that.
  static final ThreadFactory THREADS = Thread.ofPlatform().daemon().name("sandbox ", 0).factory();

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Users users;
  private final String script;
  private final String inside;

  private Sandbox(Users users, String script, String inside) {
    this.users = users;
    this.script = script;
    this.inside = inside;
  }

  /// A sandbox as this machine supports it.
  ///
  /// @throws IOException if it does not; the message says what to enable
  public static Sandbox on(SandboxSupport support) throws IOException {
    return new Sandbox(
        Users.ofScripts(support), Scripts.read("script.sh"), Scripts.read("inside.sh"));
  }

  /// Runs a command and gives what is left of its tree. A command that fails is a result, not an exception.
  ///
  /// @param created gets the contents that the command made
  /// @param listener is called with each line the command says on either stream, on another thread
  /// @throws IOException if the sandbox cannot be set up, the command takes too long or too much, or its tree cannot be
  ///     read back
  /// @throws InterruptedException if the calling thread was interrupted; by then the command is dead
  public SandboxResult run(SandboxSpec spec, ContentSink created, Consumer<String> listener)
      throws IOException, InterruptedException {
    Transcript transcript = new Transcript(listener, spec.limits().output());
    ProcessBuilder builder =
        new ProcessBuilder(command(spec, "changes", "/dev/null", Entry.Session.OWN));
    Child child = Child.start(builder, users);
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(THREADS)) {
      try {
        Future<Void> feed = threads.submit(feeding(spec, child));
        Future<Void> follow = threads.submit(following(transcript, child));
        Future<Void> watch = threads.submit(watching(spec, child));
        Future<SandboxOutput> read =
            threads.submit(() ->
                SandboxOutput.read(
                    child.process().getInputStream(), spec.limits().files(), created));
        long deadline = System.nanoTime() + spec.limits().time().toNanos();
        try {
          SandboxOutput outcome = read.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
          follow.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
          feed.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
          checkWasEntered(outcome, transcript);
          FileTree tree = outcome.delta().applyTo(spec.tree());
          return new SandboxResult(outcome.exit(), tree, transcript.tail());
        } catch (TimeoutException e) {
          throw new IOException(
              "sandbox: "
                  + spec.command().get(0)
                  + " still runs after "
                  + spec.limits().time().toSeconds()
                  + " s (expected: an end by then)"
                  + said(transcript),
              e);
        } catch (ExecutionException e) {
          hearOut(follow);
          child.kill();
          Throwable cause = cause(feed, watch, follow, e);
          throw new IOException(describe(spec, cause) + said(transcript), cause);
        }
      } finally {
        child.kill();
      }
    }
  }

  /// Lets a child that fails say why. Killing it closes the pipe, and what nobody has read yet is lost.
  private static void hearOut(Future<Void> follow) throws InterruptedException {
    try {
      follow.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException _) {
      // It still runs, or was found to say too much, which is asked for later.
    }
  }

  private static void checkWasEntered(SandboxOutput outcome, Transcript transcript)
      throws IOException {
    List<String> tail = transcript.tail();
    if (outcome.exit() == CallProgram.FAILED
        && !tail.isEmpty()
        && tail.getLast().startsWith("sandbox: ")) {
      throw new IOException(tail.getLast());
    }
  }

  /// Why a run failed: someone found it over a limit, or what it is made of could not be sent. Only if neither, what was
  /// seen first, for it may be what follows from these, or from the child being killed. All end, now that it is dead.
  private static Throwable cause(
      Future<Void> feed, Future<Void> watch, Future<Void> follow, ExecutionException first)
      throws InterruptedException {
    List<Throwable> all = new ArrayList<>();
    Optional.ofNullable(first.getCause()).ifPresentOrElse(all::add, () -> all.add(first));
    for (Future<Void> each : List.of(watch, follow)) {
      failure(each).ifPresent(all::add);
    }
    for (Throwable each : all) {
      if (each instanceof OverLimitException) {
        return each;
      }
    }
    return failure(feed).orElse(all.getFirst());
  }

  private static Optional<Throwable> failure(Future<Void> task) throws InterruptedException {
    try {
      task.get();
      return Optional.empty();
    } catch (ExecutionException e) {
      return Optional.ofNullable(e.getCause());
    }
  }

  private static String describe(SandboxSpec spec, Throwable cause) {
    String name = spec.command().get(0);
    return switch (cause) {
      case OverLimitException over ->
          "sandbox: " + name + " " + over.getMessage() + " (expected: " + over.expected() + ")";
      case IOException io -> "running " + name + " in a sandbox: " + io.getMessage();
      default -> "running " + name + " in a sandbox: " + cause;
    };
  }

  private static String said(Transcript transcript) {
    List<String> tail = transcript.tail();
    List<String> end = tail.subList(Math.max(0, tail.size() - 20), tail.size());
    return end.isEmpty() ? "" : "\n  " + String.join("\n  ", end);
  }

  /// Runs a command for the user to talk to: it has the standard output and error of this process and, with
  /// [Stdin#TERMINAL], its terminal. What it does to the tree is forgotten. Of the limits, time, memory of all and output
  /// do not apply: the user sees them.
  ///
  /// @return its exit status
  /// @throws IOException if the sandbox cannot be set up
  /// @throws InterruptedException if the calling thread was interrupted; by then the command is dead
  public int talk(SandboxSpec spec, Stdin stdin) throws IOException, InterruptedException {
    List<String> command =
        switch (stdin) {
          case NONE -> command(spec, "nothing", "/dev/null", Entry.Session.OWN);
          case TERMINAL -> command(spec, "nothing", "/dev/tty", Entry.Session.TERMINAL);
        };
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    Child child = Child.start(builder, users);
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(THREADS)) {
      try {
        Future<Void> feed = threads.submit(feeding(spec, child));
        int exit = child.exit();
        Optional<Throwable> cause = failure(feed);
        if (cause.isPresent()) {
          throw new IOException(describe(spec, cause.get()), cause.get());
        }
        return exit;
      } finally {
        child.kill();
      }
    }
  }

  /// What a command that [#talk]s reads.
  public enum Stdin {
    /// Nothing.
    NONE,
    /// What the user types into the terminal of this process.
    TERMINAL
  }

  private List<String> command(
      SandboxSpec spec, String result, String input, Entry.Session session) {
    List<String> command = Child.unshare(users, SandboxSupport.NAMESPACES);
    command.addAll(List.of("sh", "-c", script, "sandbox"));
    command.add(result);
    command.add(input);
    command.add(Long.toString(spec.limits().files().bytes()));
    command.add(Long.toString(spec.limits().addressSpace().bytes()));
    command.add(Integer.toString(spec.limits().processes()));
    command.add(Entry.ofScript(spec.command(), spec.environment(), session));
    command.add(inside);
    spec.environment().forEach((name, value) -> command.add(name + "=" + value));
    command.add("/tmp/entry");
    command.addAll(spec.command());
    return command;
  }

  /// Sends the tree. If the child ends before it has all of it, that is for the child to explain.
  private static Callable<Void> feeding(SandboxSpec spec, Child child) {
    return () -> {
      try (PipeStream stdin = new PipeStream(child.process().getOutputStream())) {
        TarWriter.write(spec.tree(), spec.contents(), stdin);
      } catch (PipeStream.ClosedException _) {
        return null;
      }
      return null;
    };
  }

  private static Callable<Void> following(Transcript transcript, Child child) {
    return () -> {
      try {
        transcript.follow(child.process().getErrorStream());
      } catch (OverLimitException e) {
        child.kill();
        throw e;
      }
      return null;
    };
  }

  private static Callable<Void> watching(SandboxSpec spec, Child child) {
    return () -> {
      try {
        Watch.over(child, spec.limits());
      } catch (OverLimitException e) {
        child.kill();
        throw e;
      }
      return null;
    };
  }
}
