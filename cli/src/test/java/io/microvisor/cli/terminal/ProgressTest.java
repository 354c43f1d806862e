package io.microvisor.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.plan.BuildEvent;
import io.microvisor.compose.plan.StepId;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class ProgressTest {
  private static final StepId ROOT = new StepId("root");
  private static final StepId INITRD = new StepId("initrd");

  private final StringWriter written = new StringWriter();
  private long nanos = 1_000_000_000;

  private Progress progress(Progress.Style style, boolean verbose) {
    return new Progress(new TerminalWriter(written, false), style, verbose, () -> nanos);
  }

  private static void build(Progress progress, Runnable pause) {
    progress.accept(new BuildEvent.Reused(INITRD));
    progress.accept(new BuildEvent.Started(ROOT));
    pause.run();
    progress.accept(new BuildEvent.Advanced(ROOT, 512, 1024, BuildEvent.Unit.BYTES));
    progress.accept(new BuildEvent.Noted(ROOT, "a script says"));
    pause.run();
    progress.accept(new BuildEvent.Finished(ROOT, "10 files"));
  }

  private void halfASecond() {
    nanos += 500_000_000;
  }

  @Test
  void writesOneLineForEachStepWhereThereIsNoTerminal() {
    build(progress(Progress.Style.PLAIN, false), this::halfASecond);

    assertThat(written.toString().lines())
        .containsExactly("  initrd           cached", "  root              1.0 s  10 files");
  }

  @Test
  void writesWhatScriptsSayWhenAskedTo() {
    build(progress(Progress.Style.PLAIN, true), this::halfASecond);

    assertThat(written.toString()).contains("  root: a script says\n");
  }

  @Test
  void writesNothingWhenToldToBeQuiet() {
    build(progress(Progress.Style.QUIET, true), this::halfASecond);

    assertThat(written.toString()).isEmpty();
  }

  @Test
  void drawsABarAndTakesItAwayAgain() {
    try (Progress progress = progress(Progress.Style.LIVE, false)) {
      build(progress, this::halfASecond);
    }

    String all = written.toString();
    assertThat(all).contains("━".repeat(10) + "╌".repeat(10) + " 512 B of 1 KiB");
    assertThat(all).contains("\u001b[1F\u001b[J");
    assertThat(all).endsWith("  root              1.0 s  10 files\n");
  }

  @Test
  void drawsAtMostTenTimesASecond() {
    Progress progress = progress(Progress.Style.LIVE, false);
    progress.accept(new BuildEvent.Started(ROOT));
    for (int i = 0; i < 1000; i++) {
      nanos += 1_000_000;
      progress.accept(new BuildEvent.Advanced(ROOT, i, 1000, BuildEvent.Unit.ITEMS));
    }

    assertThat(written.toString().split(" of 1000", -1)).hasSizeBetween(9, 12);
  }

  @Test
  void endsAFailedStep() {
    Progress progress = progress(Progress.Style.PLAIN, false);
    progress.accept(new BuildEvent.Started(ROOT));
    halfASecond();
    progress.accept(new BuildEvent.Failed(ROOT, "no room"));

    assertThat(written.toString()).isEqualTo("  root              0.5 s  failed\n");
  }
}
