package io.microvisor.cli;

import io.microvisor.compose.build.TemplateRepositories;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.repository.AptSources;
import io.microvisor.packages.repository.MirrorDiscovery;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.store.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Where packages come from, and whether hosts may be asked for them.
final class SupplyOptions {
  @Mixin private MirrorOption mirror = new MirrorOption();

  @Option(
      names = "--offline",
      description =
          "Ask no host: use the cache, and say what is missing in it and how to get that.")
  private boolean offline;

  /// Whether no host may be asked.
  boolean offline() {
    return offline;
  }

  /// A supply of what a lock pins: of the cache alone where that has everything.
  PackageSupply forLock(Terminal terminal, Store store, Template template, Lock lock)
      throws IOException, FailureException {
    boolean isHere =
        lock.packages().stream().allMatch(each -> store.files().path(each.sha256()).isPresent());
    if (isHere) {
      return cacheAlone(terminal, store);
    }
    try {
      return forTemplate(terminal, store, template);
    } catch (IOException e) {
      if (!offline) {
        throw e;
      }
      return cacheAlone(terminal, store);
    }
  }

  private static PackageSupply cacheAlone(Terminal terminal, Store store) {
    return new PackageSupply(store, List.of(), Network.DIRECT.offline(), terminal.now().get());
  }

  /// A supply of what a template names.
  PackageSupply forTemplate(Terminal terminal, Store store, Template template)
      throws IOException, FailureException {
    AptSources apt = MirrorOption.apt(terminal);
    MirrorDiscovery discovery =
        new MirrorDiscovery(
            template.target().suite(),
            template.archive().components(),
            template.target().packageArchitecture());
    List<RepositorySpec> repositories =
        new ArrayList<>(
            mirror.archives(apt, discovery, template.archive().mirrors().stream().findFirst()));
    repositories.addAll(TemplateRepositories.of(template));
    return open(terminal, store, repositories, apt);
  }

  /// A supply of tools.
  PackageSupply forTools(Terminal terminal, Store store) throws IOException, FailureException {
    AptSources apt = MirrorOption.apt(terminal);
    try {
      return open(terminal, store, mirror.forTools(apt), apt);
    } catch (IOException e) {
      if (!offline) {
        throw e;
      }
      return cacheAlone(terminal, store);
    }
  }

  private PackageSupply open(
      Terminal terminal, Store store, List<RepositorySpec> repositories, AptSources apt) {
    return offline
        ? new PackageSupply(
            store,
            repositories.stream().map(SupplyOptions::kept).toList(),
            apt.network().offline(),
            terminal.now().get())
        : new PackageSupply(store, repositories, apt.network(), terminal.now().get());
  }

  /// What was fetched once, and was valid then, is what there is.
  private static RepositorySpec kept(RepositorySpec spec) {
    return new RepositorySpec(
        spec.name(),
        spec.archives(),
        spec.suite(),
        spec.components(),
        spec.architecture(),
        spec.trust(),
        RepositorySpec.Freshness.UNCHECKED,
        spec.presence());
  }
}
