package io.microvisor.cli.lock;

import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.locking.TemplateRepositories;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.fetch.EnvironmentProxies;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.repository.AptSources;
import io.microvisor.packages.repository.LocalFolder;
import io.microvisor.packages.repository.MirrorDiscovery;
import io.microvisor.packages.repository.Repository;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.repository.SinglePackages;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.store.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Where packages come from, and whether hosts may be asked for them.
public final class SupplyOptions {
  @Mixin private MirrorOption mirror = new MirrorOption();

  @Option(
      names = "--offline",
      description =
          "Ask no host: use the cache, and say what is missing in it and how to get that.")
  private boolean offline;

  /// Whether no host may be asked.
  public boolean offline() {
    return offline;
  }

  /// A supply of what a lock pins: of the cache alone where that has everything.
  public PackageSupply forLock(Terminal terminal, Store store, Template template, Lock lock)
      throws IOException, FailureException {
    boolean isHere =
        lock.everything().stream().allMatch(each -> store.files().path(each.sha256()).isPresent());
    if (isHere) {
      return cacheAlone(terminal, store, folders(template));
    }
    try {
      return forTemplate(terminal, store, template);
    } catch (IOException e) {
      if (!offline) {
        throw e;
      }
      return cacheAlone(terminal, store, folders(template));
    }
  }

  /// Folders are looked at all the same: what lies there must still be what was pinned.
  private static List<Repository> folders(Template template) throws IOException {
    return TemplateRepositories.of(template).stream()
        .filter(LocalFolder.class::isInstance)
        .toList();
  }

  private static PackageSupply cacheAlone(
      Terminal terminal, Store store, List<Repository> folders) {
    return new PackageSupply(store, folders, Network.DIRECT.offline(), terminal.now().get());
  }

  /// A supply of what a template names.
  PackageSupply forTemplate(Terminal terminal, Store store, Template template)
      throws IOException, FailureException {
    AptSources apt = MirrorOption.apt(terminal);
    MirrorDiscovery discovery =
        new MirrorDiscovery(
                template.target().suite(),
                template.archive().components(),
                template.target().packageArchitecture())
            .withSuites(template.archive().suites());
    List<Repository> repositories =
        new ArrayList<>(
            mirror.archives(apt, discovery, template.archive().mirrors().stream().findFirst()));
    repositories.addAll(TemplateRepositories.of(template));
    return open(terminal, store, repositories, apt);
  }

  /// A supply of tools.
  public PackageSupply forTools(Terminal terminal, Store store)
      throws IOException, FailureException {
    AptSources apt = MirrorOption.apt(terminal);
    try {
      return open(terminal, store, mirror.forTools(apt), apt);
    } catch (IOException e) {
      if (!offline) {
        throw e;
      }
      return cacheAlone(terminal, store, List.of());
    }
  }

  private PackageSupply open(
      Terminal terminal, Store store, List<? extends Repository> repositories, AptSources apt) {
    apt.notes().forEach(terminal.err()::println);
    Network network = network(terminal, apt);
    return offline
        ? new PackageSupply(
            store,
            repositories.stream().map(SupplyOptions::kept).toList(),
            network.offline(),
            terminal.now().get())
        : new PackageSupply(store, repositories, network, terminal.now().get());
  }

  /// The way to the network on this machine.
  public static Network network(Terminal terminal) throws IOException {
    return network(terminal, MirrorOption.apt(terminal));
  }

  /// apt's way to the network; where apt names no proxy, that of the environment, as apt has it.
  private static Network network(Terminal terminal, AptSources apt) {
    Network network = apt.network();
    return network.proxies().isEmpty()
        ? network.withProxies(EnvironmentProxies.of(terminal.environment()))
        : network;
  }

  /// What was fetched once, and was valid then, is what there is.
  private static Repository kept(Repository repository) {
    return switch (repository) {
      case RepositorySpec spec -> spec.with(RepositorySpec.Freshness.UNCHECKED);
      case LocalFolder _, SinglePackages _ -> repository;
    };
  }
}
