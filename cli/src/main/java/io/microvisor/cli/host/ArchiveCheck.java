package io.microvisor.cli.host;

import io.microvisor.cli.lock.MirrorOption;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.fetch.Small;
import io.microvisor.packages.fetch.Validators;
import io.microvisor.packages.repository.AptSources;
import io.microvisor.packages.repository.MirrorLists;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.store.Store;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Whether packages can be had.
final class ArchiveCheck {
  private static final int LARGEST_RELEASE = 4 << 20;
  private static final String FIX =
      "name a mirror: --mirror URL, or packageRepositories in the template";

  private final Terminal terminal;
  private final MirrorOption mirror;

  ArchiveCheck(Terminal terminal, MirrorOption mirror) {
    this.terminal = terminal;
    this.mirror = mirror;
  }

  /// Where archives are, without asking them.
  List<Finding> configured() throws FailureException {
    try {
      List<RepositorySpec> found = mirror.forTools(MirrorOption.apt(terminal));
      return List.of(
          Finding.ok(
              "debian mirror",
              found.stream().map(ArchiveCheck::text).collect(Collectors.joining(", "))));
    } catch (IOException e) {
      String message = String.valueOf(e.getMessage());
      return List.of(Finding.missing("debian mirror", message.lines().findFirst().orElse(""), FIX));
    }
  }

  private static String text(RepositorySpec spec) {
    URI archive = spec.archives().getFirst();
    int others = spec.archives().size() - 1;
    return spec.suite() + " at " + bare(archive) + (others == 0 ? "" : " and " + others + " more");
  }

  /// Without a login.
  private static String bare(URI archive) {
    String user = archive.getRawUserInfo();
    return user == null ? archive.toString() : archive.toString().replace(user + "@", "");
  }

  /// Asks each archive for its Release file.
  List<Finding> reachable() throws IOException, InterruptedException, FailureException {
    AptSources apt = MirrorOption.apt(terminal);
    List<Finding> findings = new ArrayList<>();
    try (Store store = Store.open(terminal.cache());
        Downloader downloader = new Downloader(apt.network(), store, Thread::sleep)) {
      MirrorLists mirrors = new MirrorLists(downloader, store.actions());
      for (RepositorySpec spec : mirrors.forIndexes(mirror.forTools(apt))) {
        findings.add(reach(downloader, spec));
      }
    }
    return findings;
  }

  private static Finding reach(Downloader downloader, RepositorySpec spec)
      throws InterruptedException {
    URI archive = spec.archives().getFirst();
    URI release = archive.resolve("dists/" + spec.suite() + "/InRelease");
    try {
      return switch (downloader.small(spec.suite(), release, LARGEST_RELEASE, Validators.NONE)) {
        case Small.Fresh _, Small.Unchanged _ ->
            Finding.ok(spec.suite(), "reachable at " + bare(archive));
        case Small.Absent(String reason) -> {
          String what = bare(release) + ": " + reason;
          yield spec.presence() == RepositorySpec.Presence.OPTIONAL
              ? Finding.warn(spec.suite(), what, "none, if the mirror does not carry it")
              : Finding.missing(spec.suite(), what, FIX);
        }
      };
    } catch (IOException e) {
      return Finding.missing(
          spec.suite(), String.valueOf(e.getMessage()), "check network and proxy; " + FIX);
    }
  }
}
