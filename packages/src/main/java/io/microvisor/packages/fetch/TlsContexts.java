package io.microvisor.packages.fetch;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/// Makes what the runtime's TLS wants out of PEM files (RFC 7468).
///
/// | label | what |
/// |---|---|
/// | `CERTIFICATE` | X.509; in a client's file first its own, then the chain |
/// | `PRIVATE KEY` | PKCS #8 (RFC 5958): RSA, elliptic curve, Ed25519 |
/// | `RSA PRIVATE KEY` | PKCS #1 (RFC 8017, appendix A.1.2) |
/// | `EC PRIVATE KEY` | RFC 5915 |
final class TlsContexts {
  private static final Path OF_THE_HOST = Path.of("/etc/ssl/certs/ca-certificates.crt");
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final char[] NO_PASSWORD = {};

  private TlsContexts() {}

  /// The context for some setting.
  ///
  /// @throws IOException if a file cannot be read or holds something else, with its name
  static SSLContext of(Tls tls) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(tls.identity()), trust(tls.authorities()), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("preparing TLS for " + tls + ": " + e.getMessage(), e);
    }
  }

  /// The context of a client that never speaks TLS: it trusts nobody, and so need not read whom this machine trusts,
  /// which a client that is given none does.
  static SSLContext ofNobody() throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[0], new TrustManager[0], null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("preparing TLS: " + e.getMessage(), e);
    }
  }

  private static TrustManager[] trust(Tls.Authorities authorities)
      throws IOException, GeneralSecurityException {
    List<Certificate> all = new ArrayList<>();
    switch (authorities) {
      case Tls.Authorities.In(Path pem) -> all.addAll(certificates(pem));
      case Tls.Authorities.OfThisMachine() -> {
        for (TrustManager one : managers(null)) {
          if (one instanceof X509TrustManager runtimes) {
            all.addAll(List.of(runtimes.getAcceptedIssuers()));
          }
        }
        if (Files.isReadable(OF_THE_HOST)) {
          all.addAll(certificates(OF_THE_HOST));
        }
      }
    }
    KeyStore store = emptyStore();
    for (int i = 0; i < all.size(); i++) {
      store.setCertificateEntry("authority-" + i, all.get(i));
    }
    return managers(store);
  }

  @SuppressWarnings("NullAway") // The runtime's own authorities are asked for with a null store.
  private static TrustManager[] managers(@org.jspecify.annotations.Nullable KeyStore store)
      throws GeneralSecurityException {
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyManager[] keys(Tls.Identity identity)
      throws IOException, GeneralSecurityException {
    return switch (identity) {
      case Tls.Identity.None() -> new KeyManager[0];
      case Tls.Identity.Pem(Path pem, Path keyFile) -> {
        List<Certificate> chain = certificates(pem);
        PrivateKey key = key(keyFile, chain.getFirst().getPublicKey().getAlgorithm());
        KeyStore store = emptyStore();
        store.setKeyEntry("client", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        yield factory.getKeyManagers();
      }
    };
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load((InputStream) null, NO_PASSWORD);
    return store;
  }

  private static List<Certificate> certificates(Path file) throws IOException {
    List<Certificate> all = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Matcher block = blocks(file); block.find(); ) {
        if (block.group(1).equals("CERTIFICATE")) {
          Collection<? extends Certificate> read =
              factory.generateCertificates(new ByteArrayInputStream(decode(block)));
          read.stream().filter(X509Certificate.class::isInstance).forEach(all::add);
        }
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(file + ": a damaged certificate: " + e.getMessage(), e);
    }
    if (all.isEmpty()) {
      throw new IOException(
          file + ": no certificate in it (expected: -----BEGIN CERTIFICATE-----)");
    }
    return all;
  }

  private static PrivateKey key(Path file, String algorithm) throws IOException {
    try {
      for (Matcher block = blocks(file); block.find(); ) {
        byte[] content = decode(block);
        switch (block.group(1)) {
          case "PRIVATE KEY" -> {
            return pkcs8(algorithm, content);
          }
          case "RSA PRIVATE KEY" -> {
            var plain =
                new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
            return pkcs8(
                "RSA", new PrivateKeyInfo(plain, RSAPrivateKey.getInstance(content)).getEncoded());
          }
          case "EC PRIVATE KEY" -> {
            ECPrivateKey curve = ECPrivateKey.getInstance(content);
            var named =
                new AlgorithmIdentifier(
                    X9ObjectIdentifiers.id_ecPublicKey, curve.getParametersObject());
            return pkcs8("EC", new PrivateKeyInfo(named, curve).getEncoded());
          }
          case "ENCRYPTED PRIVATE KEY" ->
              throw new IOException(file + ": the key is encrypted (expected: one that is not)");
          default -> {} // Certificates, curve parameters.
        }
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(file + ": a damaged private key: " + e.getMessage(), e);
    }
    throw new IOException(file + ": no private key in it (expected: -----BEGIN PRIVATE KEY-----)");
  }

  private static PrivateKey pkcs8(String algorithm, byte[] encoded)
      throws GeneralSecurityException {
    return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
  }

  private static Matcher blocks(Path file) throws IOException {
    return BLOCK.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
  }

  /// A block's content; the lines of an old-style encrypted key's header make it no base64.
  private static byte[] decode(Matcher block) {
    return Base64.getDecoder().decode(block.group(2).replaceAll("\\s", ""));
  }
}
