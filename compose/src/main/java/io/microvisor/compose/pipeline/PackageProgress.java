package io.microvisor.compose.pipeline;

import io.microvisor.bytes.ByteSize;
import io.microvisor.compose.plan.BuildEvent;
import io.microvisor.compose.plan.StepId;
import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.unpack.Unpacker;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Turns what downloads and unpacking say into build events.
public final class PackageProgress {
  private final StepId step;
  private final Consumer<BuildEvent> events;
  private final int count;
  private final long total;
  private final AtomicLong here = new AtomicLong();
  private final AtomicLong downloaded = new AtomicLong();
  private final AtomicInteger ready = new AtomicInteger();
  private final AtomicInteger reused = new AtomicInteger();

  /// @param step whose progress it is
  /// @param lock what is downloaded
  public PackageProgress(StepId step, Lock lock, Consumer<BuildEvent> events) {
    this.step = step;
    this.events = events;
    this.count = lock.packages().size();
    this.total = lock.packages().stream().mapToLong(LockedPackage::size).sum();
  }

  /// What a download says.
  public void downloading(DownloadEvent event) {
    long now =
        switch (event) {
          case DownloadEvent.Reused old -> here.addAndGet(old.download().size());
          case DownloadEvent.Advanced more -> {
            downloaded.addAndGet(more.bytes());
            yield here.addAndGet(more.bytes());
          }
          case DownloadEvent.Started _, DownloadEvent.Finished _, DownloadEvent.Failed _ ->
              here.get();
          case DownloadEvent.Retrying again -> {
            events.accept(
                new BuildEvent.Noted(step, again.download().subject() + ": " + again.reason()));
            yield here.get();
          }
          case DownloadEvent.Noted note -> {
            events.accept(new BuildEvent.Noted(step, note.line()));
            yield here.get();
          }
        };
    events.accept(new BuildEvent.Advanced(step, now, total, BuildEvent.Unit.BYTES));
  }

  void unpacked(Unpacker.Deb deb, boolean known) {
    if (known) {
      reused.incrementAndGet();
    }
    events.accept(
        new BuildEvent.Advanced(step, ready.incrementAndGet(), count, BuildEvent.Unit.ITEMS));
  }

  String summary() {
    return count
        + " packages, "
        + new ByteSize(downloaded.get())
        + " downloaded, "
        + (count - reused.get())
        + " unpacked";
  }
}
