package io.microvisor.packages.fetch;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/// A certificate authority (RFC 5280) for tests, with P-256 keys, and PEM files of what it makes.
public final class TestAuthority {
  private static final char[] NO_PASSWORD = {};
  private static final AlgorithmIdentifier ECDSA =
      new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);

  private final KeyPair keys = keyPair();
  private final Certificate certificate = certify("CN=authority", keys, true);

  /// A key and its certificate.
  public record Identity(PrivateKey key, Certificate certificate) {}

  /// A certificate for a server at 127.0.0.1 and localhost, or for a client: both will do.
  public Identity identity(String name) {
    KeyPair own = keyPair();
    return new Identity(own.getPrivate(), certify("CN=" + name, own, false));
  }

  /// What a server needs that shows `identity` and believes this authority about clients.
  public SSLContext context(Identity identity) {
    try {
      KeyStore trusted = empty();
      trusted.setCertificateEntry("authority", certificate);
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      KeyStore own = empty();
      own.setKeyEntry(
          "own", identity.key(), NO_PASSWORD, new Certificate[] {identity.certificate()});
      var manager = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      manager.init(own, NO_PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(manager.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  /// Writes this authority's certificate.
  public Path write(Path file) throws IOException {
    return write(file, "CERTIFICATE", encoded(certificate));
  }

  /// Writes a certificate.
  public static Path certificate(Path file, Identity identity) throws IOException {
    return write(file, "CERTIFICATE", encoded(identity.certificate()));
  }

  /// Writes a key in the form of PKCS #8, label `PRIVATE KEY`.
  public static Path key(Path file, Identity identity) throws IOException {
    return write(file, "PRIVATE KEY", identity.key().getEncoded());
  }

  /// Writes a key in the form of RFC 5915, label `EC PRIVATE KEY`, as OpenSSL did for long.
  public static Path oldKey(Path file, Identity identity) throws IOException {
    PrivateKeyInfo key = PrivateKeyInfo.getInstance(identity.key().getEncoded());
    var curve = org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(key.parsePrivateKey());
    var whole =
        new org.bouncycastle.asn1.sec.ECPrivateKey(
            256, curve.getKey(), key.getPrivateKeyAlgorithm().getParameters());
    return write(file, "EC PRIVATE KEY", whole.getEncoded());
  }

  static Path write(Path file, String label, byte[] content) throws IOException {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return Files.writeString(
        file,
        "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, base64, label),
        StandardCharsets.US_ASCII);
  }

  private Certificate certify(String subject, KeyPair of, boolean authority) {
    try {
      Instant now = Instant.now();
      V3TBSCertificateGenerator form = new V3TBSCertificateGenerator();
      form.setSerialNumber(
          new org.bouncycastle.asn1.ASN1Integer(BigInteger.valueOf(subject.hashCode() & 0xffff)));
      form.setIssuer(new X500Name("CN=authority"));
      form.setSubject(new X500Name(subject));
      form.setStartDate(new Time(Date.from(now.minus(Duration.ofDays(1)))));
      form.setEndDate(new Time(Date.from(now.plus(Duration.ofDays(1)))));
      form.setSignature(ECDSA);
      form.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(of.getPublic().getEncoded()));
      GeneralNames names =
          new GeneralNames(
              new GeneralName[] {
                new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                new GeneralName(GeneralName.dNSName, "localhost")
              });
      form.setExtensions(
          new Extensions(
              new Extension[] {
                new Extension(
                    Extension.basicConstraints,
                    true,
                    new DEROctetString(new BasicConstraints(authority))),
                new Extension(Extension.subjectAlternativeName, false, new DEROctetString(names))
              }));
      var unsigned = form.generateTBSCertificate();
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      signature.update(unsigned.getEncoded("DER"));
      ASN1EncodableVector whole = new ASN1EncodableVector();
      whole.add(unsigned);
      whole.add(ECDSA);
      whole.add(new DERBitString(signature.sign()));
      return CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(new DERSequence(whole).getEncoded("DER")));
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  private static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }

  private static byte[] encoded(Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
