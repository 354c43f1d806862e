package io.microvisor.sandbox;

import io.microvisor.sandbox.SandboxSupport.Obstacle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What of this machine decides whether namespaces can be made.
///
/// @param uid our user id
/// @param user our user's name
/// @param unshare what `unshare --version` says; empty if there is no such program
/// @param newuidmap whether the program newuidmap is there
/// @param subuid the text of /etc/subuid; empty if there is none
/// @param subgid the text of /etc/subgid; empty if there is none
/// @param maxUserNamespaces the setting user.max_user_namespaces; empty if the kernel has none
/// @param userNamespacesClone the setting kernel.unprivileged_userns_clone (Debian's); empty if the kernel has none
/// @param appArmorRestricts the setting kernel.apparmor_restrict_unprivileged_userns (Ubuntu's); empty if there is none
record HostFacts(
    long uid,
    String user,
    String unshare,
    boolean newuidmap,
    String subuid,
    String subgid,
    String maxUserNamespaces,
    String userNamespacesClone,
    String appArmorRestricts) {
  private static final List<String> PROGRAMS =
      List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin");

  static HostFacts read() throws InterruptedException {
    return new HostFacts(
        ownUserId(),
        System.getProperty("user.name", ""),
        Child.firstLine(List.of("unshare", "--version")),
        PROGRAMS.stream().anyMatch(d -> Files.isExecutable(Path.of(d, "newuidmap"))),
        text("/etc/subuid"),
        text("/etc/subgid"),
        text("/proc/sys/user/max_user_namespaces"),
        text("/proc/sys/kernel/unprivileged_userns_clone"),
        text("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"));
  }

  private static long ownUserId() {
    try {
      return ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
    } catch (IOException | UnsupportedOperationException _) {
      return 65534; // Without /proc nothing of this works anyway, and the attempt will say so.
    }
  }

  private static String text(String path) {
    try {
      return Files.readString(Path.of(path)).strip();
    } catch (IOException _) {
      return ""; // Absent or unreadable: not a fact.
    }
  }

  /// What is in the way; `complaint` alone if nothing we know of is.
  List<Obstacle> obstacles(String complaint) {
    List<Obstacle> found = new ArrayList<>();
    if (unshare.isEmpty()) {
      found.add(
          new Obstacle(
              "unshare: no such program (expected: util-linux >= 2.38)", "apt install util-linux"));
    } else if (isOlderThan238()) {
      found.add(
          new Obstacle(
              unshare + ": too old to map subordinate ids (expected: util-linux >= 2.38)",
              "upgrade the host (Debian 12, Ubuntu 24.04 or newer), or run as root"));
    }
    if (maxUserNamespaces.equals("0")) {
      found.add(
          new Obstacle(
              "user.max_user_namespaces: 0 (expected: at least 1)",
              "sudo sysctl -w user.max_user_namespaces=15000"));
    }
    if (userNamespacesClone.equals("0")) {
      found.add(
          new Obstacle(
              "kernel.unprivileged_userns_clone: 0 (expected: 1)",
              "sudo sysctl -w kernel.unprivileged_userns_clone=1"));
    }
    if (appArmorRestricts.equals("1")) {
      found.add(
          new Obstacle(
              "kernel.apparmor_restrict_unprivileged_userns: 1 (expected: 0)",
              "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"));
    }
    if (!newuidmap) {
      found.add(
          new Obstacle(
              "newuidmap: no such program (expected: it, to map subordinate ids)",
              "sudo apt install uidmap"));
    }
    for (String file : List.of("subuid", "subgid")) {
      if (!hasRange(file.equals("subuid") ? subuid : subgid)) {
        found.add(
            new Obstacle(
                "/etc/" + file + ": no range of 65536 ids for " + user + " (expected: one)",
                "sudo usermod --add-" + file + "s 100000-165535 " + user));
      }
    }
    if (found.isEmpty()) {
      found.add(
          new Obstacle(
              "unshare: " + complaint,
              uid == 0
                  ? "give this container the capability SYS_ADMIN, or allow user namespaces in it"
                  : "run as root, or allow user namespaces (in a container: its seccomp profile)"));
    }
    return found;
  }

  private boolean hasRange(String table) {
    return table
        .lines()
        .map(line -> line.split(":", -1))
        .filter(f -> f.length == 3 && (f[0].equals(user) || f[0].equals(Long.toString(uid))))
        .anyMatch(f -> number(f[2]).filter(count -> count >= 65536).isPresent());
  }

  private boolean isOlderThan238() {
    String[] words = unshare.split(" ", -1);
    String[] numbers = words[words.length - 1].split("[.-]", -1);
    Optional<Long> major = number(numbers[0]);
    Optional<Long> minor = numbers.length < 2 ? Optional.empty() : number(numbers[1]);
    return major.isPresent()
        && minor.isPresent()
        && (major.get() < 2 || (major.get() == 2 && minor.get() < 38));
  }

  private static Optional<Long> number(String text) {
    try {
      return Optional.of(Long.parseLong(text));
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }
}
