package io.microvisor.sandbox;

import io.microvisor.bytes.ByteSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Looks, several times a second, at how many processes a sandbox has and how much memory they fill together.
///
/// The kernel would do it better, with control groups; but those belong to whoever manages the machine, and a user seldom
/// has any. What a command fills between two looks is not bounded by this, only by what is bounded for each process.
///
/// Memory is `RssAnon` and `RssShmem` of /proc/PID/status (proc_pid_status(5)), summed: pages that processes share count
/// once for each, so it is more than what they fill, never less.
final class Watch {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  private Watch() {}

  /// Watches until the child ends.
  ///
  /// @throws OverLimitException if it took more than it may
  static void over(Child child, SandboxSpec.Limits limits)
      throws OverLimitException, InterruptedException {
    while (child.process().isAlive()) {
      List<ProcessHandle> all = child.process().descendants().toList();
      if (all.size() > limits.processes()) {
        throw new OverLimitException(
            "has " + all.size() + " processes", "at most " + limits.processes());
      }
      long kibibytes = 0;
      for (ProcessHandle each : all) {
        kibibytes += filled(each.pid());
      }
      if (kibibytes > limits.memory().bytes() >> 10) {
        throw new OverLimitException(
            "fills " + new ByteSize(kibibytes << 10) + " of memory", "at most " + limits.memory());
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }

  private static long filled(long process) {
    long sum = 0;
    try {
      Path status = Path.of("/proc", Long.toString(process), "status");
      for (String line : Files.readString(status, StandardCharsets.ISO_8859_1).split("\n", -1)) {
        if (line.startsWith("RssAnon:") || line.startsWith("RssShmem:")) {
          sum += Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
    } catch (IOException _) {
      return 0; // It ended meanwhile.
    }
    return sum;
  }
}
