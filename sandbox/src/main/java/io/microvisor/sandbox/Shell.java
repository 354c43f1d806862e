package io.microvisor.sandbox;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A shell in a tree, for a person who wants to see what a command sees.
///
/// @param command what it runs; empty: what the user types, on the terminal of this process
/// @param environment settings for it besides those every script has, such as `TERM`
public record Shell(String command, SortedMap<String, String> environment) {
  public Shell {
    environment = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(environment));
  }

  /// A shell that runs one command, without a terminal.
  public static Shell of(String command) {
    return new Shell(command, new TreeMap<>());
  }

  /// A shell on the terminal of this process.
  ///
  /// @param kind what the terminal is, as in `TERM`
  public static Shell onTerminal(String kind) {
    return new Shell("", new TreeMap<>(Map.of("TERM", kind)));
  }

  /// Opens it in a tree, after `preparation` has run there.
  ///
  /// @param label what the prompt shows, and messages name
  /// @param preparation a program and its arguments, whose output goes to a log; none if empty
  /// @param epoch SOURCE_DATE_EPOCH, in seconds since 1970-01-01T00:00:00Z
  /// @return the shell's exit status
  /// @throws IOException if there is no sandbox to be had
  public int open(
      Sandbox sandbox,
      FileTree tree,
      ContentSource contents,
      String label,
      List<String> preparation,
      long epoch)
      throws IOException, InterruptedException {
    List<String> line =
        new ArrayList<>(
            List.of("/usr/bin/sh", "-c", Scripts.read("debug.sh"), "debug", label, command));
    line.addAll(preparation);
    SandboxSpec spec = SandboxSpec.of(tree, contents, line, epoch).with("debian_chroot", label);
    for (Map.Entry<String, String> setting : environment.entrySet()) {
      spec = spec.with(setting.getKey(), setting.getValue());
    }
    return sandbox.talk(spec, command.isEmpty() ? Sandbox.Stdin.TERMINAL : Sandbox.Stdin.NONE);
  }
}
