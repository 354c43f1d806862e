package io.microvisor.cli;

import io.microvisor.compose.build.PackageChoice;
import io.microvisor.compose.plan.BuildEvent;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockFile;
import io.microvisor.packages.supply.PackageSupply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// The lock beside a template: used as it is while it fits, made when it is missing or the template's wishes changed.
final class LockFiles {
  private static final StepId ID = new StepId("lock");

  private final Terminal terminal;
  private final Consumer<BuildEvent> events;

  LockFiles(Terminal terminal, Consumer<BuildEvent> events) {
    this.terminal = terminal;
    this.events = events;
  }

  /// The lock to build with.
  Lock forBuild(Template template, Path file, PackageSupply supply)
      throws IOException, InterruptedException {
    if (Files.exists(file)) {
      Lock lock = LockFile.read(file);
      if (lock.isFor(PackageChoice.inputs(template))) {
        events.accept(new BuildEvent.Reused(ID));
        return lock;
      }
      terminal.err().println(file.getFileName() + ": made for other wishes, is made anew");
    }
    return renew(template, file, supply);
  }

  /// A lock made from what the archives hold now, written to `file`.
  Lock renew(Template template, Path file, PackageSupply supply)
      throws IOException, InterruptedException {
    events.accept(new BuildEvent.Started(ID));
    AtomicLong bytes = new AtomicLong();
    Lock lock =
        PackageChoice.lock(
            template,
            supply,
            event -> {
              if (event instanceof DownloadEvent.Advanced more) {
                long now = bytes.addAndGet(more.bytes());
                events.accept(new BuildEvent.Advanced(ID, now, now, BuildEvent.Unit.BYTES));
              } else if (event instanceof DownloadEvent.Noted note) {
                events.accept(new BuildEvent.Noted(ID, note.line()));
              }
            });
    supply.notes().forEach(note -> terminal.err().println("note: " + note));
    LockFile.write(lock, file);
    events.accept(
        new BuildEvent.Finished(
            ID, lock.packages().size() + " packages pinned in " + file.getFileName()));
    return lock;
  }
}
