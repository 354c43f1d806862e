package io.microvisor.packages.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.fetch.Tls;
import io.microvisor.packages.repository.AptEntry.SignedBy;
import io.microvisor.packages.repository.RepositorySpec.Freshness;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AptSourcesTest {
  private static final String BOOKWORM =
      """
      # the host's own suite
      Types: deb deb-src
      URIs: http://mirror.example/debian
        https://other.example/debian/
      Suites: bookworm bookworm-updates
      Components: main contrib
      Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

      Types: deb
      URIs: http://mirror.example/debian-security
      Suites: bookworm-security
      Components: main
      Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
      """;

  @TempDir Path apt;

  @Test
  void readsStanzasAndLeavesOutDisabledOnesAndSources() throws IOException {
    write("sources.list.d/debian.sources", BOOKWORM);
    write(
        "sources.list.d/off.sources",
        """
        Enabled: no
        Types: deb
        URIs: http://x.example
        Suites: a

        Types: deb-src
        URIs: http://x.example
        Suites: a
        """);
    write("sources.list.d/ignored.sources.disabled", BOOKWORM);

    List<AptEntry> entries = AptSources.of(apt).entries();
    assertThat(entries).hasSize(2);
    assertThat(entries.getFirst().uris())
        .containsExactly("http://mirror.example/debian", "https://other.example/debian/");
    assertThat(entries.getFirst().suites()).containsExactly("bookworm", "bookworm-updates");
    assertThat(entries.getFirst().components()).containsExactly("main", "contrib");
    assertThat(entries.getFirst().place()).endsWith("debian.sources:2");
    assertThat(entries.getLast().place()).endsWith("debian.sources:9");
  }

  @Test
  void readsLinesWithOptionsAndComments() throws IOException {
    write(
        "sources.list",
        """
        # comment
        deb http://mirror.example/debian bookworm main contrib # trailing
        deb-src http://mirror.example/debian bookworm main
        deb [ arch=amd64,arm64 signed-by=/etc/apt/keyrings/x.gpg ] https://x.example/apt stable main
        deb [trusted=yes check-valid-until=no] file:/srv/repo ./
        nonsense
        """);

    AptSources sources = AptSources.of(apt);
    assertThat(sources.entries()).hasSize(3);
    AptEntry second = sources.entries().get(1);
    assertThat(second.architectures()).containsExactly("amd64", "arm64");
    assertThat(second.signedBy()).isEqualTo(new SignedBy.Named(List.of("/etc/apt/keyrings/x.gpg")));
    AptEntry third = sources.entries().get(2);
    assertThat(third.signedBy()).isEqualTo(new SignedBy.Nobody());
    assertThat(third.freshness()).isEqualTo(Freshness.UNCHECKED);
    assertThat(third.components()).isEmpty();
    assertThat(sources.notes()).singleElement().asString().contains("sources.list:6: left out");
  }

  @Test
  void readsKeysWrittenIntoAStanza() throws IOException {
    write(
        "sources.list.d/x.sources",
        """
        Types: deb
        URIs: https://x.example/apt
        Suites: stable
        Components: main
        Signed-By:
         -----BEGIN PGP PUBLIC KEY BLOCK-----
         .
         mDME
         -----END PGP PUBLIC KEY BLOCK-----
        """);

    assertThat(AptSources.of(apt).entries().getFirst().signedBy())
        .isEqualTo(
            new SignedBy.Inline(
                """
                -----BEGIN PGP PUBLIC KEY BLOCK-----

                mDME
                -----END PGP PUBLIC KEY BLOCK-----
                """));
  }

  @Test
  void readsLoginsAndProxies() throws IOException {
    write(
        "auth.conf.d/x.conf",
        """
        # secret
        machine x.example/apt login joe password s3cret
        machine http://y.example:8080 login ann
         password word
        """);
    write(
        "apt.conf.d/99proxy",
        """
        // all of it
        Acquire::http::Proxy "http://proxy.example:3128/";
        Acquire { http { Proxy::direct.example "DIRECT"; }; /* more */ Check-Valid-Until "false"; };
        """);
    write("sources.list", "deb http://mirror.example/debian bookworm main\n");

    AptSources sources = AptSources.of(apt);
    assertThat(sources.credentials())
        .containsExactly(
            new Network.Credentials("https", "x.example", "", "/apt", "joe", "s3cret"),
            new Network.Credentials("http", "y.example", "8080", "", "ann", "word"));
    assertThat(sources.credentials().toString()).doesNotContain("s3cret");
    Network.Way proxy = new Network.Way.Through(URI.create("http://proxy.example:3128/"));
    assertThat(sources.proxies())
        .containsExactly(
            new Network.Proxy("http", "direct.example", new Network.Way.Directly()),
            new Network.Proxy("http", "", proxy),
            new Network.Proxy("https", "", proxy));
    assertThat(sources.entries().getFirst().freshness()).isEqualTo(Freshness.UNCHECKED);
  }

  @Test
  void readsCertificatesForAllAndForOneHost() throws IOException {
    write(
        "apt.conf",
        """
        Acquire::https {
          CaInfo "/etc/ours.pem";
          SslCert "/etc/me.pem";
          mirror.example { SslCert "/etc/other.pem"; SslKey "/etc/other.key"; Verify-Peer "false"; };
        };
        Acquire::http::Proxy-Auto-Detect "/usr/bin/detect";
        """);
    AptSources sources = AptSources.of(apt);

    Tls.Authorities ours = new Tls.Authorities.In(Path.of("/etc/ours.pem"));
    assertThat(sources.tls())
        .containsExactly(
            new Tls(
                "mirror.example",
                ours,
                new Tls.Identity.Pem(Path.of("/etc/other.pem"), Path.of("/etc/other.key"))),
            new Tls(
                "", ours, new Tls.Identity.Pem(Path.of("/etc/me.pem"), Path.of("/etc/me.pem"))));
    assertThat(sources.network().tls()).isEqualTo(sources.tls());
    assertThat(sources.notes())
        .containsExactly(
            "apt's acquire::http::proxy-auto-detect is not followed (expected: a proxy's address)",
            "apt's acquire::https::mirror.example::verify-peer is not followed: certificates are"
                + " always verified");
  }

  @Test
  void anEmptyFolderHoldsNothing() throws IOException {
    assertThat(AptSources.of(apt.resolve("none")))
        .isEqualTo(new AptSources(List.of(), List.of(), List.of(), List.of(), List.of()));
  }

  @Test
  void findsTheMirrorsOfAnotherSuiteThanTheHosts() throws IOException {
    write("sources.list.d/debian.sources", BOOKWORM);
    write(
        "sources.list.d/node.list",
        "deb [signed-by=/usr/share/keyrings/nodesource.gpg] https://node.example nodistro main\n");

    List<RepositorySpec> specs = discovery().among(AptSources.of(apt));
    assertThat(specs)
        .extracting(RepositorySpec::suite)
        .containsExactly("trixie", "trixie-updates", "trixie-security");
    assertThat(specs.getFirst().archives())
        .containsExactly(
            URI.create("http://mirror.example/debian/"),
            URI.create("https://other.example/debian/"));
    assertThat(specs.getLast().archives())
        .containsExactly(URI.create("http://mirror.example/debian-security/"));
    assertThat(specs).allMatch(spec -> spec.components().equals(List.of("main")));
  }

  @Test
  void acceptsOldEntriesWithoutKeysOnlyForDebiansSuites() throws IOException {
    write(
        "sources.list",
        """
        deb http://ubuntu.example/ubuntu noble main
        deb [trusted=yes] http://trusting.example/debian bookworm main
        deb http://old.example/debian bullseye main
        """);

    assertThat(discovery().among(AptSources.of(apt)))
        .extracting(RepositorySpec::archives)
        .containsExactly(
            List.of(URI.create("http://old.example/debian/")),
            List.of(URI.create("http://old.example/debian/")),
            List.of(URI.create("http://old.example/debian-security/")));
  }

  @Test
  void saysHowToNameAMirrorWhereThereIsNone() throws IOException {
    write("sources.list", "deb http://ubuntu.example/ubuntu noble main\n");
    AptSources sources = AptSources.of(apt);

    assertThatThrownBy(() -> discovery().among(sources))
        .hasMessage(
            """
            trixie: no Debian mirror found: of apt's 1 sources none is Debian's \
            (expected: an entry signed by debian-archive-keyring)
              advice: name one: --mirror URL, or packageRepositories in the template\
            """);
  }

  @Test
  void takesSecurityUpdatesFromBesideANamedMirror() {
    assertThat(discovery().at(URI.create("https://m.example/debian"), Freshness.CHECKED))
        .extracting(spec -> spec.archives().getFirst() + " " + spec.suite())
        .containsExactly(
            "https://m.example/debian/ trixie",
            "https://m.example/debian/ trixie-updates",
            "https://m.example/debian-security/ trixie-security");
  }

  private static MirrorDiscovery discovery() {
    return new MirrorDiscovery("trixie", List.of("main"), "amd64");
  }

  private void write(String name, String text) throws IOException {
    Path file = apt.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
