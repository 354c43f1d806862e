package io.microvisor.sandbox;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Whether, and how, this machine lets us make namespaces.
public sealed interface SandboxSupport {
  /// The namespaces every sandbox has besides that of users.
  List<String> NAMESPACES = List.of("--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup");

  /// The programs of the host that sandboxes run, with Debian's package of each.
  SortedMap<String, String> PROGRAMS =
      Collections.unmodifiableSortedMap(
          new TreeMap<>(
              Map.ofEntries(
                  Map.entry("base64", "coreutils"),
                  Map.entry("comm", "coreutils"),
                  Map.entry("env", "coreutils"),
                  Map.entry("mount", "mount"),
                  Map.entry("prlimit", "util-linux"),
                  Map.entry("setpriv", "util-linux"),
                  Map.entry("sh", "dash"),
                  Map.entry("sort", "coreutils"),
                  Map.entry("tar", "tar"),
                  Map.entry("unshare", "util-linux"))));

  /// Namespaces can be made because we are root.
  record AsRoot(Ids ids) implements SandboxSupport {}

  /// Who root is in a *script* sandbox that root makes.
  enum Ids {
    /// Nobody on this machine: its ids are mapped to some that nobody has.
    APART,
    /// This machine's root, because the kernel lets us make no user namespaces, or has them full.
    SAME
  }

  /// Namespaces can be made below a user namespace of our own, with a range of subordinate ids.
  record Unprivileged() implements SandboxSupport {}

  /// Namespaces cannot be made.
  ///
  /// @param obstacles why, and what to do about it; never empty
  record Impossible(List<Obstacle> obstacles) implements SandboxSupport {
    public Impossible {
      obstacles = List.copyOf(obstacles);
    }

    IOException refusal() {
      return new IOException(
          "sandbox: this machine lets us make no namespaces (expected: root, or user namespaces"
              + " with subordinate ids)\n"
              + explanation());
    }

    /// All obstacles in one text, one line each with its advice behind it on a line of its own.
    public String explanation() {
      return obstacles.stream()
          .map(o -> o.what() + "\n  advice: " + o.advice())
          .collect(Collectors.joining("\n"));
    }
  }

  /// One thing in the way.
  ///
  /// @param what the fact and what was expected
  /// @param advice what to do about it, as a command where there is one
  record Obstacle(String what, String advice) {}

  /// Tries it out: starts a child in fresh namespaces and, if that fails, looks for the reasons. Takes some 20 ms.
  ///
  /// @throws InterruptedException if interrupted while the child ran
  static SandboxSupport probe() throws InterruptedException {
    HostFacts facts = HostFacts.read();
    String complaint = "";
    if (facts.uid() == 0) {
      if (attempt(Users.APART).isEmpty()) {
        return new AsRoot(Ids.APART);
      }
      complaint = attempt(Users.SAME);
      if (complaint.isEmpty()) {
        return new AsRoot(Ids.SAME);
      }
    }
    // First without subordinate ids: where there can be no user namespace at all, unshare 2.38
    // leaves a child behind that was
    // to map them, and waits for ever. Until nobody has util-linux 2.38 any more.
    String unprivileged = attempt(Users.ONE);
    if (unprivileged.isEmpty()) {
      unprivileged = attempt(Users.SUBORDINATE);
      if (unprivileged.isEmpty()) {
        return new Unprivileged();
      }
    }
    return new Impossible(facts.obstacles(complaint.isEmpty() ? unprivileged : complaint));
  }

  /// Empty if it works, what the child complained of if not.
  private static String attempt(Users users) throws InterruptedException {
    List<String> command = Child.unshare(users, NAMESPACES);
    command.addAll(
        List.of(
            "sh",
            "-c",
            "mount -t tmpfs -o mode=755 probe /tmp && mkdir /tmp/d && "
                + (users == Users.ONE ? "" : "chown 1:1 /tmp/d && ")
                + "mount -t proc proc /tmp/d"));
    return Child.complaint(command, users);
  }
}
