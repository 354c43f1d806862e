package io.microvisor.packages.fetch;

import java.net.URI;
import java.nio.file.Path;

/// Whom to believe to be a host, and as whom to appear there (apt-transport-https(1): `CaInfo`, `SslCert`, `SslKey`).
/// The files are read when the first connection needs them.
///
/// @param host the one host it is for, or empty for all
/// @param authorities who may vouch for the host
/// @param identity our own certificate
public record Tls(String host, Authorities authorities, Identity identity) {
  /// Certificate authorities.
  public sealed interface Authorities {
    /// Those the Java runtime trusts, and those of the host's `/etc/ssl/certs/ca-certificates.crt`, as for apt.
    record OfThisMachine() implements Authorities {}

    /// Those in a PEM file, and no others.
    record In(Path pem) implements Authorities {}
  }

  /// A client certificate.
  public sealed interface Identity {
    /// None: the server is told nothing.
    record None() implements Identity {}

    /// A certificate with its chain, and its unencrypted private key; both may be the same file.
    record Pem(Path certificates, Path key) implements Identity {}
  }

  /// For every host: nothing special.
  static final Tls USUAL = new Tls("", new Authorities.OfThisMachine(), new Identity.None());

  boolean fits(URI address) {
    return host.isEmpty() || host.equalsIgnoreCase(address.getHost());
  }
}
