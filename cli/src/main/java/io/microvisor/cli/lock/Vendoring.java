package io.microvisor.cli.lock;

import io.microvisor.bytes.ByteSize;
import io.microvisor.cli.template.TemplateArgument;
import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Progress;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.pipeline.PackageProgress;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.fetch.DownloadException;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.repository.Evidence;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.packages.vendor.VendorFolder;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The packages of one lock: taken from a vendored folder, fetched, put into such a folder.
public final class Vendoring {
  private static final StepId PACKAGES = new StepId("packages");

  private final Terminal terminal;
  private final TemplateArgument argument;
  private final SupplyOptions supply;
  private final Store store;
  private final Progress shown;

  public Vendoring(
      Terminal terminal,
      TemplateArgument argument,
      SupplyOptions supply,
      Store store,
      Progress shown) {
    this.terminal = terminal;
    this.argument = argument;
    this.supply = supply;
    this.store = store;
    this.shown = shown;
  }

  /// A supply of a lock's packages, those of a vendored folder being in the cache already.
  ///
  /// @param named the folder, if one was named; else the one beside the lock, if it is there
  /// @throws FailureException if a folder was named and is not there, or holds a damaged package
  public PackageSupply supply(Template template, Lock lock, Optional<Path> named)
      throws IOException, InterruptedException, FailureException {
    Path folder =
        named.map(terminal.workingDirectory()::resolve).orElseGet(() -> argument.vendor(terminal));
    if (Files.isDirectory(folder)) {
      try {
        int fed = new VendorFolder(folder).feed(lock, store);
        if (fed > 0) {
          shown.say("  %-16s %d packages from %s".formatted("vendored", fed, folder.getFileName()));
        }
      } catch (DownloadException e) {
        throw new FailureException(
            ExitCode.FAILED,
            folder.getFileName()
                + ": "
                + e.getMessage()
                + "\n  advice: write it anew where there is a network: emt lock --vendor "
                + folder.getFileName()
                + argument.words());
      }
    } else if (named.isPresent()) {
      throw new FailureException(
          ExitCode.FAILED,
          "--vendor "
              + named.get()
              + ": no such folder (expected: one that \"emt lock --vendor\" filled)");
    }
    return supply.forLock(terminal, store, template, lock);
  }

  /// What ends a command that cannot have all packages of a lock.
  public FailureException missing(String lockName, Lock lock, DownloadException e) {
    return new MissingPackages(lockName, argument.words(), supply.offline()).failure(lock, e);
  }

  /// Has all packages in the cache.
  ///
  /// @return where they are, in the order of the lock
  List<Path> fetch(String lockName, Template template, Lock lock)
      throws IOException, InterruptedException, FailureException {
    try (PackageSupply packages = supply(template, lock, Optional.empty())) {
      return packages.fetch(
          lock, lock.everything(), new PackageProgress(PACKAGES, lock, shown)::downloading);
    } catch (DownloadException e) {
      throw missing(lockName, lock, e);
    }
  }

  /// Puts everything into a folder.
  ///
  /// @return what was done, for machines
  Map<String, Object> write(
      Path folder, String lockName, Template template, Lock lock, VendorFolder.Unpinned unpinned)
      throws IOException, InterruptedException, FailureException {
    Path place = terminal.workingDirectory().resolve(folder);
    VendorFolder target = new VendorFolder(place);
    String name = String.valueOf(argument.lock(terminal).getFileName());
    List<Path> debs = fetch(lockName, template, lock);
    boolean isKnown = Files.isDirectory(place) && lock.equals(target.locks().get(name));
    List<Evidence> evidence = isKnown ? List.of() : evidence(template);
    VendorFolder.Report report = target.write(lock, name, debs, evidence, unpinned);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("folder", folder.toString());
    answer.put("bytes", report.bytes());
    answer.put("copied", report.copied());
    answer.put("kept", report.kept());
    answer.put("pruned", report.pruned());
    answer.put("unpinned", report.unpinned());
    answer.put("provenance", evidence.stream().map(Evidence::name).toList());
    shown.say(
        "%s: %d packages, %s, %d of them new"
            .formatted(folder, debs.size(), new ByteSize(report.bytes()), report.copied()));
    if (report.pruned() > 0) {
      shown.say("  " + report.pruned() + " deleted that no lock there pins");
    }
    if (report.unpinned() > 0) {
      shown.say("  " + report.unpinned() + " more that no lock there pins (--prune deletes them)");
    }
    return answer;
  }

  /// What vouches for the packages: a courtesy to those who check later, and nothing that a build needs.
  private List<Evidence> evidence(Template template)
      throws IOException, InterruptedException, FailureException {
    try (PackageSupply archives = supply.forTemplate(terminal, store, template)) {
      return archives.evidence(_ -> {});
    } catch (IOException e) {
      if (!supply.offline()) {
        throw e;
      }
      shown.say("no provenance is recorded: " + e.getMessage());
      return List.of();
    }
  }
}
