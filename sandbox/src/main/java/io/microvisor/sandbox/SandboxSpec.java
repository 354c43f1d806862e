package io.microvisor.sandbox;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// A command to run inside a file tree.
///
/// @param tree the root file system it sees
/// @param contents the contents of the tree's files
/// @param command the program, found in the tree's PATH, and its arguments
/// @param environment all of its environment
/// @param limits what it may use
public record SandboxSpec(
    FileTree tree,
    ContentSource contents,
    List<String> command,
    SortedMap<String, String> environment,
    Limits limits) {
  /// What a command may use.
  ///
  /// @param time how long it may run, with unpacking and packing
  /// @param files how large the tree may grow in memory
  /// @param addressSpace the most memory one process may map: more is refused to it
  /// @param memory the most memory all processes may fill, besides files: whoever fills more is killed
  /// @param processes the most processes of one user at once: more are refused; the most of all: who has more is killed
  /// @param output the most the command may say: whoever says more is killed
  public record Limits(
      Duration time,
      ByteSize files,
      ByteSize addressSpace,
      ByteSize memory,
      int processes,
      ByteSize output) {
    /// 30 minutes, 8 GiB of files, 16 GiB of address space, 8 GiB of memory, 4096 processes, 256 MiB of output: a stop
    /// for what runs away.
    public static final Limits GENEROUS =
        new Limits(
            Duration.ofMinutes(30),
            new ByteSize(8L << 30),
            new ByteSize(16L << 30),
            new ByteSize(8L << 30),
            4096,
            ByteSize.ofMebibytes(256));

    public Limits {
      if (time.isNegative() || time.isZero() || processes < 1) {
        throw new IllegalArgumentException(
            "limits: " + time + ", " + processes + " processes (expected: some time, at least 1)");
      }
    }

    /// The same with another time.
    public Limits time(Duration other) {
      return new Limits(other, files, addressSpace, memory, processes, output);
    }

    /// The same with another size of all files.
    public Limits files(ByteSize other) {
      return new Limits(time, other, addressSpace, memory, processes, output);
    }

    /// The same with another most memory of all processes.
    public Limits memory(ByteSize other) {
      return new Limits(time, files, addressSpace, other, processes, output);
    }

    /// The same with another most address space of one process.
    public Limits addressSpace(ByteSize other) {
      return new Limits(time, files, other, memory, processes, output);
    }

    /// The same with another most number of processes.
    public Limits processes(int other) {
      return new Limits(time, files, addressSpace, memory, other, output);
    }

    /// The same with another most output.
    public Limits output(ByteSize other) {
      return new Limits(time, files, addressSpace, memory, processes, other);
    }
  }

  public SandboxSpec {
    command = List.copyOf(command);
    environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    if (command.isEmpty()) {
      throw new IllegalArgumentException("sandbox: no command (expected: a program)");
    }
    environment.forEach((name, value) -> {
      if (name.isEmpty() || name.contains("=") || (name + value).indexOf(0) >= 0) {
        throw new IllegalArgumentException("environment: \"" + name + "\" (expected: a name)");
      }
    });
  }

  /// A command with the environment every script gets, and [Limits#GENEROUS].
  ///
  /// @param epoch SOURCE_DATE_EPOCH, in seconds since 1970-01-01T00:00:00Z
  public static SandboxSpec of(
      FileTree tree, ContentSource contents, List<String> command, long epoch) {
    return new SandboxSpec(tree, contents, command, environment(epoch), Limits.GENEROUS);
  }

  private static SortedMap<String, String> environment(long epoch) {
    SortedMap<String, String> environment = new TreeMap<>();
    environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("HOME", "/root");
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("TZ", "UTC");
    environment.put("DEBIAN_FRONTEND", "noninteractive");
    environment.put("SOURCE_DATE_EPOCH", Long.toString(epoch));
    // Nothing to talk to: systemctl then only edits files, as in any chroot (systemd's
    // docs/ENVIRONMENT.md). By itself it does not
    // see that, for process 1 has the same root here.
    environment.put("SYSTEMD_OFFLINE", "1");
    return environment;
  }

  /// The same with one more environment setting.
  public SandboxSpec with(String name, String value) {
    SortedMap<String, String> more = new TreeMap<>(environment);
    more.put(name, value);
    return new SandboxSpec(tree, contents, command, more, limits);
  }

  /// The same with other limits.
  public SandboxSpec with(Limits other) {
    return new SandboxSpec(tree, contents, command, environment, other);
  }
}
