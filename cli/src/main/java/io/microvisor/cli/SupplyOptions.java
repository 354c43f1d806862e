package io.microvisor.cli;

import io.microvisor.compose.build.TemplateRepositories;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.repository.AptSources;
import io.microvisor.packages.repository.MirrorDiscovery;
import io.microvisor.packages.repository.Repository;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.store.Store;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/// Where packages come from: `--mirror`, else the template's mirror, else the host's apt configuration.
final class SupplyOptions {
  /// What tool roots are made of.
  static final String TOOL_SUITE = "trixie";

  private static final Set<String> SCHEMES = Set.of("http", "https", "file");

  @Option(
      names = "--mirror",
      paramLabel = "URL",
      description =
          "Debian mirror to use instead of the template's and the host's apt configuration.")
  private Optional<String> mirror = Optional.empty();

  /// A supply of what a template names.
  PackageSupply forTemplate(Terminal terminal, Store store, Template template)
      throws IOException, FailureException {
    MirrorDiscovery discovery =
        new MirrorDiscovery(
                template.target().suite(),
                template.archive().components(),
                template.target().packageArchitecture())
            .withSuites(template.archive().suites());
    Optional<String> named = mirror.or(() -> template.archive().mirrors().stream().findFirst());
    return open(terminal, store, discovery, named, TemplateRepositories.of(template));
  }

  /// A supply of tools.
  PackageSupply forTools(Terminal terminal, Store store) throws IOException, FailureException {
    return open(
        terminal,
        store,
        new MirrorDiscovery(TOOL_SUITE, List.of("main"), "amd64"),
        mirror,
        List.of());
  }

  /// The archives that tools, and the default images, would come from.
  ///
  /// @throws IOException if there are none
  List<RepositorySpec> archives(AptSources apt) throws IOException, FailureException {
    return archives(apt, new MirrorDiscovery(TOOL_SUITE, List.of("main"), "amd64"), mirror);
  }

  /// The host's apt configuration.
  static AptSources apt(Terminal terminal) throws IOException {
    return AptSources.of(Path.of(terminal.variable("EMT_APT").orElse("/etc/apt")));
  }

  private static PackageSupply open(
      Terminal terminal,
      Store store,
      MirrorDiscovery discovery,
      Optional<String> named,
      List<Repository> further)
      throws IOException, FailureException {
    AptSources apt = apt(terminal);
    List<Repository> repositories = new ArrayList<>(archives(apt, discovery, named));
    repositories.addAll(further);
    return new PackageSupply(store, repositories, apt.network(), terminal.now().get());
  }

  private static List<RepositorySpec> archives(
      AptSources apt, MirrorDiscovery discovery, Optional<String> named)
      throws IOException, FailureException {
    return named.isPresent()
        ? discovery.at(address(named.get()), RepositorySpec.Freshness.CHECKED)
        : discovery.among(apt);
  }

  private static URI address(String text) throws FailureException {
    try {
      URI address = new URI(text);
      if (SCHEMES.contains(String.valueOf(address.getScheme()))) {
        return address;
      }
    } catch (URISyntaxException _) {
      // Said below, as for every other text that is no address.
    }
    throw new FailureException(
        ExitCode.USAGE, "--mirror " + text + ": no address (expected: such as http://HOST/debian)");
  }
}
