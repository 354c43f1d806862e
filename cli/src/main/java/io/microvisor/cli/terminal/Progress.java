package io.microvisor.cli.terminal;

import io.microvisor.bytes.ByteSize;
import io.microvisor.compose.plan.BuildEvent;
import io.microvisor.compose.plan.StepId;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Shows a build while it runs: on a terminal a live region below the lines of finished steps, elsewhere plain lines.
public final class Progress implements Consumer<BuildEvent>, AutoCloseable {
  private static final long REDRAW_NANOS = 100_000_000;
  private static final int BAR_WIDTH = 20;

  /// Where and how to show it.
  enum Style {
    LIVE,
    PLAIN,
    QUIET
  }

  private static final class Running {
    final long since;
    long done;
    long total;
    BuildEvent.Unit unit = BuildEvent.Unit.ITEMS;

    Running(long since) {
      this.since = since;
    }
  }

  private final TerminalWriter out;
  private final PrintWriter live;
  private final Style style;
  private final boolean verbose;
  private final LongSupplier nanoTime;
  private final Map<StepId, Running> running = new LinkedHashMap<>();
  private int drawn;
  private long lastDraw;

  Progress(TerminalWriter out, Style style, boolean verbose, LongSupplier nanoTime) {
    this.out = out;
    this.live = out.own();
    this.style = style;
    this.verbose = verbose;
    this.nanoTime = nanoTime;
  }

  @Override
  public synchronized void accept(BuildEvent event) {
    if (event instanceof BuildEvent.Warned warned) {
      line("emt: " + warned.what());
      return;
    }
    if (style == Style.QUIET) {
      return;
    }
    switch (event) {
      case BuildEvent.Planned _ -> {}
      case BuildEvent.Started started ->
          running.put(started.step(), new Running(nanoTime.getAsLong()));
      case BuildEvent.Advanced advanced -> {
        Running step =
            running.computeIfAbsent(advanced.step(), _ -> new Running(nanoTime.getAsLong()));
        step.done = advanced.done();
        step.total = advanced.total();
        step.unit = advanced.unit();
      }
      case BuildEvent.Reused reused -> line("  %-16s cached".formatted(reused.step()));
      case BuildEvent.Fetched fetched ->
          line(
              "  %-16s %6s  from the remote cache, %s"
                  .formatted(fetched.step(), since(fetched.step()), new ByteSize(fetched.bytes())));
      case BuildEvent.Finished finished ->
          line(
              "  %-16s %6s  %s"
                  .formatted(finished.step(), since(finished.step()), finished.what())
                  .stripTrailing());
      case BuildEvent.Failed failed ->
          line("  %-16s %6s  failed".formatted(failed.step(), since(failed.step())));
      case BuildEvent.Noted noted -> {
        if (verbose) {
          line("  " + noted.step() + ": " + noted.line());
        }
      }
      case BuildEvent.Warned warned -> throw new IllegalStateException(warned.what());
    }
    draw();
  }

  /// Seconds since the step began, and forgets it.
  private String since(StepId step) {
    Running run = running.remove(step);
    return run == null ? "" : seconds(nanoTime.getAsLong() - run.since);
  }

  public static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }

  /// A line of its own, above what is shown of running steps.
  public synchronized void say(String text) {
    if (style != Style.QUIET) {
      line(text);
    }
  }

  private void line(String text) {
    erase();
    out.println(text);
    out.flush();
    lastDraw = 0;
  }

  private void draw() {
    long now = nanoTime.getAsLong();
    if (style != Style.LIVE || now - lastDraw < REDRAW_NANOS) {
      return;
    }
    erase();
    lastDraw = now;
    running.forEach((id, step) -> {
      live.println(
          "\u001b[2m  %-16s %6s  %s\u001b[0m"
              .formatted(Printable.text(id.name()), seconds(now - step.since), bar(step)));
      drawn++;
    });
    out.flush();
  }

  private static String bar(Running step) {
    if (step.total <= 0) {
      return "";
    }
    int filled = Math.clamp(step.done * BAR_WIDTH / step.total, 0, BAR_WIDTH);
    String count =
        switch (step.unit) {
          case BYTES -> new ByteSize(step.done) + " of " + new ByteSize(step.total);
          case ITEMS -> step.done + " of " + step.total;
        };
    return "━".repeat(filled) + "╌".repeat(BAR_WIDTH - filled) + " " + count;
  }

  private void erase() {
    if (drawn > 0) {
      // Up by as many lines as were drawn, then clear to the end of the screen (ECMA-48 CPL, ED).
      live.print("\u001b[" + drawn + "F\u001b[J");
      drawn = 0;
    }
  }

  /// Takes the live region away, before something else is printed.
  public synchronized void clear() {
    erase();
    out.flush();
  }

  @Override
  public void close() {
    clear();
  }
}
