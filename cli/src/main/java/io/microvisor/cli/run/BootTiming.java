package io.microvisor.cli.run;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Printable;
import io.microvisor.machine.BootTimes;
import io.microvisor.machine.Machine;
import io.microvisor.machine.MachineSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;

/// A boot with a stopwatch: what the guest itself says, and when its console asked who is there.
///
/// @param guest what its systemd says
/// @param login wall time of the host until the console said `login:`, in nanoseconds; empty if it did not
/// @param report until the guest's report was complete
/// @param clock how the guest's time passed
record BootTiming(BootTimes guest, OptionalLong login, Duration report, MachineSpec.Clock clock) {
  private static final String PROMPT = "login:";
  private static final int SLOWEST = 8;
  private static final int CONSOLE_LIMIT = 1 << 20;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

  /// Waits for the guest's report.
  ///
  /// @param started the clock's value when the machine was started
  /// @throws FailureException if it does not come within `limit`, with the end of the console
  static BootTiming await(
      Machine machine, MachineSpec.Clock clock, long started, Duration limit, LongSupplier nanoTime)
      throws IOException, InterruptedException, FailureException {
    Console console = new Console(started, nanoTime);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads.execute(() -> console.read(machine.console()));
      threads.execute(() -> drain(machine.complaints()));
      try {
        while (nanoTime.getAsLong() - started < limit.toNanos() && machine.isRunning()) {
          Optional<BootTimes> times = BootTimes.parse(machine.report());
          if (times.isPresent()) {
            return new BootTiming(
                times.get(),
                console.login(),
                Duration.ofNanos(nanoTime.getAsLong() - started),
                clock);
          }
          Thread.sleep(BETWEEN_LOOKS);
        }
        throw new FailureException(
            ExitCode.FAILED,
            "times: no report from the machine (expected: one from a unit handed in by credential,"
                + " which takes systemd 256 or newer)\n  "
                + Printable.text(console.end()));
      } finally {
        machine.close();
        threads.shutdownNow();
      }
    }
  }

  private static void drain(InputStream stream) {
    try (stream) {
      stream.transferTo(OutputStream.nullOutputStream());
    } catch (IOException _) {
      // The machine ended.
    }
  }

  /// Reads the console as it comes: a prompt has no end of line.
  private static final class Console {
    private final StringBuilder text = new StringBuilder();
    private final long started;
    private final LongSupplier nanoTime;
    private OptionalLong login = OptionalLong.empty();

    Console(long started, LongSupplier nanoTime) {
      this.started = started;
      this.nanoTime = nanoTime;
    }

    void read(InputStream stream) {
      byte[] buffer = new byte[4096];
      try (stream) {
        for (int read; (read = stream.read(buffer)) >= 0; ) {
          add(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
        }
      } catch (IOException _) {
        // The machine ended.
      }
    }

    private synchronized void add(String said) {
      text.append(said);
      if (login.isEmpty() && text.indexOf(PROMPT) >= 0) {
        login = OptionalLong.of(nanoTime.getAsLong() - started);
      }
      if (text.length() > CONSOLE_LIMIT) {
        text.delete(0, text.length() - CONSOLE_LIMIT / 2);
      }
    }

    synchronized OptionalLong login() {
      return login;
    }

    synchronized String end() {
      String[] lines = text.toString().strip().split("\n", -1);
      return lines[lines.length - 1].strip();
    }
  }

  /// What passed before the kernel started, as the host saw it: with half a second of doubt. None where the guest's time is
  /// not the host's, or the guest tells better.
  private List<Duration> beforeKernel() {
    Duration before = report.minus(guest.uptime());
    return clock == MachineSpec.Clock.HOST
            && !guest.phases().containsKey(BootTimes.Phase.FIRMWARE)
            && !guest.uptime().isZero()
            && before.isPositive()
        ? List.of(before)
        : List.of();
  }

  void print(PrintWriter out) {
    beforeKernel()
        .forEach(took ->
            out.println("firmware, loader %s (as the host saw it)".formatted(seconds(took))));
    guest.phases().forEach((phase, took) -> line(out, word(phase), took));
    line(out, "together", guest.total());
    if (login.isPresent()) {
      line(out, "host, to login", Duration.ofNanos(login.getAsLong()));
    }
    out.println("%-16s  %s, %s".formatted("system", guest.state(), guest.systemd()));
    List<BootTimes.UnitTime> slowest = guest.units().stream().limit(SLOWEST).toList();
    if (!slowest.isEmpty()) {
      out.println("units that took longest, and when they began:");
      for (BootTimes.UnitTime unit : slowest) {
        out.println(
            "  %s  at %s  %s"
                .formatted(
                    seconds(unit.took()), seconds(unit.began()), Printable.text(unit.name())));
      }
    }
  }

  private static void line(PrintWriter out, String name, Duration took) {
    out.println("%-16s %s".formatted(name, seconds(took)));
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%8.3f s", time.toNanos() / 1e9);
  }

  private static String word(BootTimes.Phase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }

  Map<String, Object> json() {
    Map<String, Object> answer = new LinkedHashMap<>();
    Map<String, Object> phases = new LinkedHashMap<>();
    guest.phases().forEach((phase, took) -> phases.put(word(phase), took.toNanos() / 1e9));
    answer.put("phases", phases);
    beforeKernel().forEach(took -> answer.put("beforeKernel", took.toNanos() / 1e9));
    answer.put("together", guest.total().toNanos() / 1e9);
    login.ifPresent(nanos -> answer.put("hostToLogin", nanos / 1e9));
    answer.put("hostToReport", report.toNanos() / 1e9);
    answer.put("state", guest.state());
    answer.put("systemd", guest.systemd());
    answer.put("units", guest.units().stream().map(BootTiming::json).toList());
    return answer;
  }

  private static Map<String, Object> json(BootTimes.UnitTime unit) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("name", unit.name());
    one.put("began", unit.began().toNanos() / 1e9);
    one.put("took", unit.took().toNanos() / 1e9);
    return one;
  }
}
