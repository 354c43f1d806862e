package io.microvisor.sandbox;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Maps the ids of a user namespace to ids that nobody has, which root may do without any table in /etc.
///
/// The ids inside are 0 to 65535, as everywhere where there are subordinate ids. Those outside lie behind what systemd gives
/// to containers (524288 to 1879048191, systemd.io/UIDS-GIDS): so a process that broke out of everything else would own
/// nothing, and limits of processes hold, from which the kernel exempts root.
final class IdMap {
  private static final String MAP = "0 1879048192 65536\n";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(1);

  /// The beginning of a command line in such a namespace: waits for [#give], then becomes root there.
  static final List<String> AWAIT =
      List.of(
          "sh",
          "-c",
          "read -r _ && exec setpriv --reuid 0 --regid 0 --clear-groups --inh-caps=-all"
              + " --ambient-caps=-all setpriv --pdeathsig KILL \"$@\"",
          "await");

  private IdMap() {}

  /// Maps the ids of the namespace that `process` makes for itself, and lets it go on.
  static void give(Process process) throws IOException, InterruptedException {
    Path own = Path.of("/proc/self/ns/user");
    Path its = Path.of("/proc", Long.toString(process.pid()));
    for (long left = PATIENCE.toMillis(); same(own, its.resolve("ns/user")); left--) {
      if (!process.isAlive() || left == 0) {
        throw new IOException(
            "making a user namespace: "
                + new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8)
                    .strip());
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
    Files.writeString(its.resolve("uid_map"), MAP);
    Files.writeString(its.resolve("gid_map"), MAP);
    OutputStream stdin = process.getOutputStream();
    stdin.write('\n');
    stdin.flush();
  }

  private static boolean same(Path own, Path its) throws IOException {
    return Files.notExists(its) || Files.readSymbolicLink(own).equals(Files.readSymbolicLink(its));
  }
}
