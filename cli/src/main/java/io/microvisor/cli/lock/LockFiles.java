package io.microvisor.cli.lock;

import io.microvisor.bytes.FormatException;
import io.microvisor.cli.template.TemplateArgument;
import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Progress;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.locking.LockFit;
import io.microvisor.compose.locking.LockUpdate;
import io.microvisor.compose.locking.PackageChoice;
import io.microvisor.compose.plan.BuildEvent;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockDiff;
import io.microvisor.packages.lock.LockFile;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// The lock beside a template: used as it is while it fits, else made, or brought in line with what the template says now.
public final class LockFiles {
  private static final StepId ID = new StepId("lock");

  private final Terminal terminal;
  private final TemplateArgument argument;
  private final Path file;
  private final Progress shown;

  public LockFiles(Terminal terminal, TemplateArgument argument, Progress shown) {
    this.terminal = terminal;
    this.argument = argument;
    this.file = argument.lock(terminal);
    this.shown = shown;
  }

  /// A lock that was written, and how it differs from the one before; without one before, the difference is empty.
  record Renewed(Lock lock, LockDiff diff, Map<String, String> reasons) {}

  /// The lock's file as the user would name it.
  public String name() {
    return terminal.workingDirectory().equals(file.getParent())
        ? String.valueOf(file.getFileName())
        : terminal.workingDirectory().relativize(file).toString();
  }

  /// The lock, whether it fits or not.
  ///
  /// @throws FailureException if it is damaged
  Optional<Lock> read() throws IOException, FailureException {
    return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
  }

  /// A lock of any name.
  ///
  /// @throws FailureException if there is none, or it is damaged
  static Lock read(Path file) throws IOException, FailureException {
    try {
      return LockFile.read(file);
    } catch (FormatException e) {
      throw new FailureException(ExitCode.PROBLEMS, String.valueOf(e.getMessage()));
    }
  }

  /// The lock, if it is there and was made for what the template says.
  Optional<Lock> fitting(Template template) throws IOException, FailureException {
    Optional<Lock> known = read();
    if (known.isPresent() && LockFit.of(template, known.get()).isExact()) {
      shown.accept(new BuildEvent.Reused(ID));
      return known;
    }
    return Optional.empty();
  }

  /// The lock as it is, if it fits, else brought in line, which is told.
  public Lock ready(Template template, Store store, SupplyOptions supply)
      throws IOException, InterruptedException, FailureException {
    Optional<Lock> fitting = fitting(template);
    if (fitting.isPresent()) {
      return fitting.get();
    }
    try (PackageSupply packages = supply.forTemplate(terminal, store, template)) {
      Renewed renewed = amended(template, packages);
      renewed.diff().lines(renewed.reasons()).forEach(line -> shown.say("    " + line));
      return renewed.lock();
    }
  }

  /// The lock, which must fit.
  ///
  /// @throws RejectedException if it does not, with every difference, or is not there
  public Lock frozen(Template template) throws IOException, FailureException {
    Optional<Lock> fitting = fitting(template);
    if (fitting.isPresent()) {
      return fitting.get();
    }
    throw new RejectedException(differences(template));
  }

  private List<Problem> differences(Template template) throws IOException, FailureException {
    String fix = "emt lock" + argument.words() + ", and commit " + name();
    Optional<Lock> known = read();
    if (known.isEmpty()) {
      return List.of(
          Problem.of(
              Code.STALE_LOCK,
              Place.startOf(name()),
              "there is no lock (expected: one, because --frozen makes none)",
              fix));
    }
    List<Problem> problems =
        new ArrayList<>(
            LockFit.of(template, known.get()).problems(template, name(), Files.readString(file)));
    Problem last = problems.removeLast();
    problems.add(Problem.of(last.code(), last.place(), last.what(), fix));
    return problems;
  }

  /// The lock brought in line with the template: made where there is none; where only wishes for packages changed, what
  /// it has is kept as far as possible.
  Renewed amended(Template template, PackageSupply supply)
      throws IOException, InterruptedException, FailureException {
    Optional<Lock> known = read();
    if (known.isEmpty()) {
      return renewed(template, supply);
    }
    LockFit fit = LockFit.of(template, known.get());
    fit.lines(template).forEach(line -> shown.say(name() + ": " + line));
    return fit.isAmendable()
        ? updated(template, known.get(), new TreeSet<>(), supply)
        : renewed(template, supply);
  }

  /// The lock with some packages chosen anew, and the others as they are as far as possible.
  Renewed updated(Template template, Lock before, SortedSet<String> moving, PackageSupply supply)
      throws IOException, InterruptedException {
    shown.accept(new BuildEvent.Started(ID));
    LockUpdate update = LockUpdate.of(template, supply, before, moving, downloads());
    write(update.lock(), supply);
    return new Renewed(update.lock(), update.diff(), update.reasons());
  }

  /// The lock with everything chosen anew.
  Renewed renewed(Template template, PackageSupply supply)
      throws IOException, InterruptedException, FailureException {
    Optional<Lock> before = read();
    shown.accept(new BuildEvent.Started(ID));
    Lock lock = PackageChoice.lock(template, supply, downloads());
    write(lock, supply);
    return new Renewed(lock, LockDiff.of(before.orElse(lock), lock), Map.of());
  }

  private Consumer<DownloadEvent> downloads() {
    AtomicLong bytes = new AtomicLong();
    return event -> {
      if (event instanceof DownloadEvent.Advanced more) {
        long now = bytes.addAndGet(more.bytes());
        shown.accept(new BuildEvent.Advanced(ID, now, now, BuildEvent.Unit.BYTES));
      } else if (event instanceof DownloadEvent.Noted note) {
        shown.accept(new BuildEvent.Noted(ID, note.line()));
      }
    };
  }

  private void write(Lock lock, PackageSupply supply) throws IOException {
    supply.notes().forEach(note -> shown.say("note: " + note));
    LockFile.write(lock, file);
    shown.accept(
        new BuildEvent.Finished(
            ID, lock.packages().size() + " packages pinned in " + file.getFileName()));
  }
}
