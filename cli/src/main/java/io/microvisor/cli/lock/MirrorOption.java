package io.microvisor.cli.lock;

import io.microvisor.bytes.Logins;
import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.packages.repository.AptSources;
import io.microvisor.packages.repository.MirrorDiscovery;
import io.microvisor.packages.repository.RepositorySpec;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/// Where the distribution is: `--mirror`, else the template's mirror, else the host's apt configuration.
public final class MirrorOption {
  /// What tool roots are made of.
  public static final String TOOL_SUITE = "trixie";

  private static final Set<String> SCHEMES = Set.of("http", "https", "file");

  @Option(
      names = "--mirror",
      paramLabel = "URL",
      description =
          "Debian mirror to use instead of the template's and the host's apt configuration.")
  private Optional<String> mirror = Optional.empty();

  /// The archives that tools, and the default images, would come from.
  ///
  /// @throws IOException if there are none
  public List<RepositorySpec> forTools(AptSources apt) throws IOException, FailureException {
    return archives(
        apt, new MirrorDiscovery(TOOL_SUITE, List.of("main"), "amd64"), Optional.empty());
  }

  /// The archives in which a discovery finds its suite.
  ///
  /// @param named the mirror that the template names, if it does
  /// @throws IOException if there are none
  List<RepositorySpec> archives(AptSources apt, MirrorDiscovery discovery, Optional<String> named)
      throws IOException, FailureException {
    Optional<String> wanted = mirror.or(() -> named);
    return wanted.isPresent()
        ? discovery.at(address(wanted.get()), RepositorySpec.Freshness.CHECKED)
        : discovery.among(apt);
  }

  /// The host's apt configuration.
  public static AptSources apt(Terminal terminal) throws IOException {
    return AptSources.of(Path.of(terminal.variable("EMT_APT").orElse("/etc/apt")));
  }

  private static URI address(String text) throws FailureException {
    try {
      URI address = new URI(text);
      // Without a host, a password with a slash in it would be taken for one.
      String scheme = String.valueOf(address.getScheme());
      if (SCHEMES.contains(scheme) && (address.getHost() != null || scheme.equals("file"))) {
        return address;
      }
    } catch (URISyntaxException _) {
      // Said below, as for every other text that is no address.
    }
    throw new FailureException(
        ExitCode.USAGE,
        "--mirror "
            + Logins.hiddenInRefused(text)
            + ": no address (expected: such as http://HOST/debian)");
  }
}
