package io.microvisor.compose.initrd;

import java.util.ArrayList;
import java.util.List;

/// The file of a service that runs to its end (systemd.unit(5), systemd.service(5)), written setting by setting, in the order in
/// which they are given. Values are systemd's: a `%` that is none of its specifiers is doubled by whoever writes it.
final class UnitFile {
  private final List<String> unit = new ArrayList<>();
  private final List<String> service = new ArrayList<>();

  private UnitFile(String description) {
    unit("Description", description);
    unit("DefaultDependencies", "no");
    service("Type", "oneshot");
  }

  /// A service of the initrd that is done before the root is entered, and then counts as active.
  static UnitFile beforeTheRoot(String description) {
    return new UnitFile(description)
        .unit("RequiresMountsFor", "/sysroot")
        .before("initrd-root-fs.target")
        .service("RemainAfterExit", "yes");
  }

  /// A service that is started when another failed.
  static UnitFile onFailure(String description) {
    return new UnitFile(description);
  }

  /// A setting of the section `[Unit]`.
  UnitFile unit(String name, String value) {
    unit.add(name + "=" + value);
    return this;
  }

  /// A setting of the section `[Service]`.
  UnitFile service(String name, String value) {
    service.add(name + "=" + value);
    return this;
  }

  UnitFile after(String... units) {
    return unit("After", String.join(" ", units));
  }

  UnitFile before(String... units) {
    return unit("Before", String.join(" ", units));
  }

  /// It does nothing unless there is something at `path`.
  UnitFile ifThere(String path) {
    return unit("ConditionPathExists", path);
  }

  /// It does nothing if there is something at `path`.
  UnitFile unlessThere(String path) {
    return unit("ConditionPathExists", "!" + path);
  }

  /// It does nothing if something is mounted at `path`.
  UnitFile unlessMounted(String path) {
    return unit("ConditionPathIsMountPoint", "!" + path);
  }

  /// What it writes appears on the console.
  UnitFile loud() {
    return service("StandardOutput", "kmsg")
        .service("SyslogIdentifier", "emt")
        .service("SyslogLevel", "err");
  }

  /// Runs a command; if it fails, the service fails.
  UnitFile run(String command) {
    return service("ExecStart", command);
  }

  /// Runs a command that may fail.
  UnitFile tryRun(String command) {
    return service("ExecStart", "-" + command);
  }

  /// Writes a line.
  UnitFile say(String what) {
    return run("echo " + what);
  }

  /// Runs commands in their order.
  UnitFile runAll(List<String> commands) {
    commands.forEach(this::run);
    return this;
  }

  /// The file.
  @Override
  public String toString() {
    return "[Unit]\n"
        + String.join("\n", unit)
        + "\n\n[Service]\n"
        + String.join("\n", service)
        + "\n";
  }
}
