package io.microvisor.systemtests;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A user of this machine who is not root and exists for one test: in a mount namespace where the tables of users and
/// subordinate ids in /etc are covered by others. The machine's own are never touched.
public final class OrdinaryUser {
  private static final String NAME = "emt-test";
  private static final int ID = 64321;
  private static final Path NEWUIDMAP = Path.of("/usr/bin/newuidmap");

  private static final String COVER =
      """
      for table in passwd group subuid subgid; do
        mount --bind "$1/$table" "/etc/$table" || exit 99
      done
      shift
      exec "$@"
      """;

  /// No namespaces below this one: as where an administrator, or a container, forbids them.
  private static final String FORBID =
      """
      echo 0 >/proc/sys/user/max_user_namespaces || exit 99
      exec setpriv --inh-caps=-all --ambient-caps=-all "$@"
      """;

  private final Path tables;
  private final Emt.Installation installation;

  private OrdinaryUser(Path tables, Emt.Installation installation) {
    this.tables = tables;
    this.installation = installation;
  }

  /// Whether this machine lets us make one: we are root, and there is newuidmap, set-uid.
  public static boolean isPossible() throws IOException {
    return ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).intValue() == 0
        && Files.isExecutable(NEWUIDMAP)
        && Stream.of("passwd", "group", "subuid", "subgid")
            .allMatch(table -> Files.exists(Path.of("/etc", table)));
  }

  /// A user with 65536 subordinate ids. The command line is copied to where that user can read it.
  ///
  /// @param folder of the test; others may go through it from now on
  public static OrdinaryUser in(Path folder) throws IOException {
    return in(folder, NAME + ":1500000000:65536\n");
  }

  /// A user without subordinate ids.
  public static OrdinaryUser withoutIds(Path folder) throws IOException {
    return in(folder, "");
  }

  private static OrdinaryUser in(Path folder, String ids) throws IOException {
    open(folder);
    Path tables = Files.createTempDirectory(folder, "etc-");
    open(tables);
    String own = ":x:" + ID + ":" + ID + "::/nonexistent:/bin/sh\n";
    Files.writeString(
        tables.resolve("passwd"), Files.readString(Path.of("/etc/passwd")) + NAME + own);
    Files.writeString(
        tables.resolve("group"),
        Files.readString(Path.of("/etc/group")) + NAME + ":x:" + ID + ":\n");
    Files.writeString(tables.resolve("subuid"), ids);
    Files.writeString(tables.resolve("subgid"), ids);
    try (Stream<Path> files = Files.list(tables)) {
      for (Path file : files.toList()) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      }
    }
    return new OrdinaryUser(tables, installation(folder));
  }

  private static void open(Path folder) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Emt.Installation installation(Path folder) throws IOException {
    Emt.Installation own = Emt.Installation.ofThisBuild();
    Path copy = Files.createDirectories(folder.resolve("installation"));
    List<String> classPath = new ArrayList<>();
    for (String entry : own.classPath().split(File.pathSeparator, -1)) {
      Path to = copy.resolve(classPath.size() + "-" + Path.of(entry).getFileName());
      if (Files.exists(Path.of(entry))) {
        copy(Path.of(entry), to);
        classPath.add(to.toString());
      }
    }
    copy(own.home().resolve("templates"), copy.resolve("templates"));
    open(copy);
    return new Emt.Installation(String.join(File.pathSeparator, classPath), copy);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Path target = to.resolve(from.relativize(each).toString());
        Files.copy(each, target, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(
            target,
            PosixFilePermissions.fromString(Files.isDirectory(each) ? "rwxr-xr-x" : "rw-r--r--"));
      }
    }
  }

  /// Makes a file, or a folder with all that is in it, this user's.
  public void give(Path what) throws IOException {
    try (Stream<Path> all = Files.walk(what)) {
      for (Path each : all.toList()) {
        Files.setAttribute(each, "unix:uid", ID);
        Files.setAttribute(each, "unix:gid", ID);
      }
    }
    for (Path above = what; above != null && !above.equals(tables.getParent()); ) {
      var permissions = Files.getPosixFilePermissions(above);
      permissions.add(PosixFilePermission.OTHERS_EXECUTE);
      Files.setPosixFilePermissions(above, permissions);
      above = above.getParent();
    }
  }

  /// The command line, run by this user.
  public Emt runs(Emt emt) {
    return emt.startedBy(starter(), installation);
  }

  /// The command line, run by this user where user namespaces are forbidden.
  public Emt runsWithoutNamespaces(Emt emt) {
    List<String> command = new ArrayList<>(starter());
    command.addAll(List.of("unshare", "--user", "--map-current-user", "--keep-caps", "--"));
    command.addAll(List.of("sh", "-c", FORBID, "forbid"));
    return emt.startedBy(command, installation);
  }

  private List<String> starter() {
    List<String> command = new ArrayList<>(List.of("unshare", "--mount", "--"));
    command.addAll(List.of("sh", "-c", COVER, "cover", tables.toString()));
    command.addAll(List.of("setpriv", "--reuid", Integer.toString(ID)));
    command.addAll(List.of("--regid", Integer.toString(ID), "--clear-groups", "--inh-caps=-all"));
    return command;
  }
}
