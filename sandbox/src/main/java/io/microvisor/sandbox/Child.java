package io.microvisor.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// A child process that dies with us, and with which all its children die.
///
/// The kernel sends it SIGKILL when the *thread* that started it ends (`setpriv --pdeathsig`), so a platform thread of
/// its own starts it and stays until it is gone. `unshare --kill-child` does the same for process 1 of the new
/// namespace, with which the kernel kills all others.
final class Child {
  private final Process process;

  private Child(Process process) {
    this.process = process;
  }

  /// The beginning of a command line that makes namespaces; the caller appends what runs in them.
  static List<String> unshare(Users users, List<String> namespaces) {
    List<String> command = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "unshare"));
    command.addAll(users.options());
    command.addAll(namespaces);
    command.addAll(List.of("--fork", "--kill-child=KILL", "--"));
    if (users == Users.APART) {
      command.addAll(IdMap.AWAIT);
    }
    return command;
  }

  /// Starts what the builder describes, the command line of which began with [#unshare] for these users.
  static Child start(ProcessBuilder builder, Users users) throws IOException, InterruptedException {
    Child child = start(builder);
    if (users == Users.APART) {
      try {
        IdMap.give(child.process);
      } catch (IOException | InterruptedException e) {
        child.kill();
        throw e;
      }
    }
    return child;
  }

  /// Starts what the builder describes; of our environment it gets only PATH.
  static Child start(ProcessBuilder builder) throws IOException, InterruptedException {
    builder.environment().keySet().retainAll(Set.of("PATH"));
    CompletableFuture<Process> started = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("sandbox parent")
        .start(() -> {
          try {
            Process process = builder.start();
            started.complete(process);
            process.waitFor();
          } catch (IOException | InterruptedException e) {
            started.completeExceptionally(e);
          }
        });
    try {
      return new Child(started.get());
    } catch (ExecutionException e) {
      throw new IOException("starting " + builder.command().get(0) + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      CompletableFuture<Void> _ = started.thenAccept(Process::destroyForcibly);
      throw e;
    }
  }

  Process process() {
    return process;
  }

  /// Kills the child and all that it started.
  void kill() {
    process.destroyForcibly();
  }

  /// Waits for the end and gives the exit status, 128 + the signal's number if one ended it.
  int exit() throws InterruptedException {
    return process.waitFor();
  }

  /// Empty if a command ends with status 0 within ten seconds; else what it said, or how it ended.
  static String complaint(List<String> command, Users users) throws InterruptedException {
    try {
      Child child = start(new ProcessBuilder(command).redirectErrorStream(true), users);
      try {
        child.process.getOutputStream().close();
        if (!child.process.waitFor(10, TimeUnit.SECONDS)) {
          return "no end after 10 seconds";
        }
        // Not to the end of the stream: a child of unshare may hold it open for ever (see
        // SandboxSupport.probe).
        InputStream stream = child.process.getInputStream();
        String said =
            new String(stream.readNBytes(stream.available()), StandardCharsets.UTF_8).strip();
        int exit = child.exit();
        return exit == 0 ? "" : said.isEmpty() ? "exit status " + exit : said;
      } finally {
        child.kill();
      }
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /// The first line a command says; empty if it cannot be started.
  static String firstLine(List<String> command) throws InterruptedException {
    try {
      Child child = start(new ProcessBuilder(command).redirectErrorStream(true));
      try {
        return text(child.process).lines().findFirst().orElse("");
      } finally {
        child.kill();
      }
    } catch (IOException _) {
      return ""; // No such program: that is the answer.
    }
  }

  private static String text(Process process) throws IOException {
    byte[] bytes = process.getInputStream().readNBytes(1 << 16);
    return new String(bytes, StandardCharsets.UTF_8).strip();
  }
}
