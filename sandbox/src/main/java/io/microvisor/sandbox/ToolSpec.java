package io.microvisor.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// A tool to run in a directory that holds its root file system.
///
/// @param root the tool root: never written to, any number of tools may run in it at once
/// @param command the program, found in the tool root's PATH, and its arguments
/// @param binds what of the host it sees besides
/// @param devices the devices it may use besides `null zero full random urandom tty`, below /dev: `kvm`
/// @param network whether it reaches the host's network
/// @param privileges what it may do that other users may not
/// @param environment all of its environment
public record ToolSpec(
    Path root,
    List<String> command,
    List<Bind> binds,
    List<String> devices,
    Network network,
    Privileges privileges,
    SortedMap<String, String> environment) {
  /// Which network a tool has.
  public enum Network {
    /// That of the host.
    HOST,
    /// None but a loopback device that is down.
    NONE
  }

  /// What a tool may do that other users may not.
  public enum Privileges {
    /// What root may, but for mounting, loading modules and the like.
    ROOT,
    /// Nothing, where an ordinary user starts it. Where root does: open the files of all, and become another user, who may
    /// do nothing. The tool is to do that as soon as its files are open.
    OPENING
  }

  /// What a tool may do to a bind.
  public enum Access {
    READ_ONLY,
    READ_WRITE
  }

  /// A file or directory of the host that a tool sees.
  ///
  /// @param host where it is
  /// @param inside where the tool sees it: an absolute path that the tool root does not have, best below `/run` or `/tmp`
  public record Bind(Path host, String inside, Access access) {
    public Bind {
      if (!inside.startsWith("/") || (inside + "/").contains("/../") || inside.length() < 2) {
        throw new IllegalArgumentException(
            "bind: " + inside + " (expected: an absolute path inside the tool root)");
      }
    }
  }

  public ToolSpec {
    command = List.copyOf(command);
    binds = List.copyOf(binds);
    devices = List.copyOf(devices);
    environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    if (command.isEmpty()) {
      throw new IllegalArgumentException("tool: no command (expected: a program)");
    }
    for (String device : devices) {
      if (device.startsWith("/") || device.contains("..")) {
        throw new IllegalArgumentException("device: " + device + " (expected: a name below /dev)");
      }
    }
  }

  /// A command with nothing of the host and no network.
  public static ToolSpec of(Path root, List<String> command) {
    SortedMap<String, String> environment = new TreeMap<>();
    environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("HOME", "/root");
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("TZ", "UTC");
    return new ToolSpec(
        root, command, List.of(), List.of(), Network.NONE, Privileges.ROOT, environment);
  }

  /// The same with one more bind, seen at `inside`.
  public ToolSpec bind(Path host, String inside, Access access) {
    List<Bind> more = new ArrayList<>(binds);
    more.add(new Bind(host, inside, access));
    return new ToolSpec(root, command, more, devices, network, privileges, environment);
  }

  /// The same with one more device, by its name below /dev.
  public ToolSpec device(String name) {
    List<String> more = new ArrayList<>(devices);
    more.add(name);
    return new ToolSpec(root, command, binds, more, network, privileges, environment);
  }

  /// The same with another network.
  public ToolSpec network(Network other) {
    return new ToolSpec(root, command, binds, devices, other, privileges, environment);
  }

  /// The same with other privileges.
  public ToolSpec privileges(Privileges other) {
    return new ToolSpec(root, command, binds, devices, network, other, environment);
  }

  /// The same with one more environment setting.
  public ToolSpec environment(String name, String value) {
    SortedMap<String, String> more = new TreeMap<>(environment);
    more.put(name, value);
    return new ToolSpec(root, command, binds, devices, network, privileges, more);
  }
}
