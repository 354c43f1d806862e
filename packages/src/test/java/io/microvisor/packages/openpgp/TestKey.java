package io.microvisor.packages.openpgp;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.crypto.AsymmetricCipherKeyPairGenerator;
import org.bouncycastle.crypto.generators.Ed25519KeyPairGenerator;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.Ed25519KeyGenerationParameters;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyPair;

/// A key made for a test, packet by packet, so that it can be wrong in exactly one way.
public final class TestKey {
  /// When all test keys were made.
  public static final Instant MADE = Instant.parse("2026-01-01T00:00:00Z");

  private final PGPKeyPair primary;
  private final ByteArrayOutputStream packets = new ByteArrayOutputStream();

  private TestKey(PGPKeyPair primary) {
    this.primary = primary;
  }

  /// A sound Ed25519 key.
  public static TestKey sound() {
    return ed25519().with("Test Archive <test@example.org>");
  }

  public static TestKey ed25519() {
    return new TestKey(pair(PublicKeyAlgorithmTags.EDDSA_LEGACY, 0)).start();
  }

  public static TestKey rsa(int bits) {
    return new TestKey(pair(PublicKeyAlgorithmTags.RSA_GENERAL, bits)).start();
  }

  public static PGPKeyPair pair(int algorithm, int bits) {
    return checked(() -> {
      AsymmetricCipherKeyPairGenerator generator;
      if (algorithm == PublicKeyAlgorithmTags.RSA_GENERAL) {
        generator = new RSAKeyPairGenerator();
        generator.init(
            new RSAKeyGenerationParameters(
                BigInteger.valueOf(0x10001), new SecureRandom(), bits, 80));
      } else {
        generator = new Ed25519KeyPairGenerator();
        generator.init(new Ed25519KeyGenerationParameters(new SecureRandom()));
      }
      return new BcPGPKeyPair(
          PublicKeyPacket.VERSION_4, algorithm, generator.generateKeyPair(), Date.from(MADE));
    });
  }

  private TestKey start() {
    packets.writeBytes(checked(() -> primary.getPublicKey().getEncoded()));
    return this;
  }

  /// Adds a user id with an ordinary self-signature.
  public TestKey with(String userId) {
    return with(userId, HashAlgorithmTags.SHA512, _ -> {});
  }

  public TestKey with(
      String userId, int hash, Consumer<PGPSignatureSubpacketGenerator> subpackets) {
    byte[] id = userId.getBytes(StandardCharsets.UTF_8);
    packets.write(0xC0 | Packet.USER_ID);
    packets.write(id.length);
    packets.writeBytes(id);
    return add(
        certify(
            primary,
            PGPSignature.POSITIVE_CERTIFICATION,
            hash,
            MADE,
            s -> {
              s.setKeyFlags(true, KeyFlags.CERTIFY_OTHER | KeyFlags.SIGN_DATA);
              subpackets.accept(s);
            },
            generator -> generator.generateCertification(userId, primary.getPublicKey())));
  }

  /// Adds a revocation of the primary key by itself. To be called before [#with].
  public TestKey revoked() {
    return add(
        certify(
            primary,
            PGPSignature.KEY_REVOCATION,
            HashAlgorithmTags.SHA256,
            MADE,
            _ -> {},
            generator -> generator.generateCertification(primary.getPublicKey())));
  }

  /// Adds a subkey bound by a signature with these subpackets.
  public TestKey withSubkey(PGPKeyPair subkey, Consumer<PGPSignatureSubpacketGenerator> binding) {
    PGPPublicKey key = subkey.getPublicKey();
    byte[] encoded = checked(key::getEncoded);
    // The same body under the tag of a subkey.
    Packet packet = checked(() -> Packet.split(encoded).getFirst());
    packets.write(0xC0 | Packet.PUBLIC_SUBKEY);
    packets.write(255);
    int length = encoded.length - packet.bodyOffset();
    for (int shift = 24; shift >= 0; shift -= 8) {
      packets.write(length >>> shift);
    }
    packets.write(encoded, packet.bodyOffset(), length);
    return add(
        certify(
            primary,
            PGPSignature.SUBKEY_BINDING,
            HashAlgorithmTags.SHA512,
            MADE,
            binding,
            generator -> generator.generateCertification(primary.getPublicKey(), key)));
  }

  public TestKey withRevokedSubkey(PGPKeyPair subkey) {
    withSubkey(
        subkey,
        s -> {
          s.setKeyFlags(true, KeyFlags.SIGN_DATA);
          embed(s, backSignature(subkey));
        });
    return add(
        certify(
            primary,
            PGPSignature.SUBKEY_REVOCATION,
            HashAlgorithmTags.SHA512,
            MADE,
            _ -> {},
            generator ->
                generator.generateCertification(primary.getPublicKey(), subkey.getPublicKey())));
  }

  /// A subkey's signature back over this primary key.
  public PGPSignature backSignature(PGPKeyPair subkey) {
    return certify(
        subkey,
        PGPSignature.PRIMARYKEY_BINDING,
        HashAlgorithmTags.SHA512,
        MADE,
        _ -> {},
        generator ->
            generator.generateCertification(primary.getPublicKey(), subkey.getPublicKey()));
  }

  public static void embed(PGPSignatureSubpacketGenerator subpackets, PGPSignature signature) {
    checked(() -> {
      subpackets.addEmbeddedSignature(true, signature);
      return signature;
    });
  }

  public TestKey add(PGPSignature signature) {
    packets.writeBytes(checked(() -> signature.getEncoded()));
    return this;
  }

  public PGPKeyPair primary() {
    return primary;
  }

  public byte[] encoded() {
    return packets.toByteArray();
  }

  public Keyring keyring() {
    return checked(() -> Keyring.parse("the test's keys", encoded()));
  }

  /// A clear-signed text, by the primary key, at a good time.
  public byte[] clearSign(String text) {
    return clearSign(text, primary);
  }

  public static byte[] clearSign(String text, PGPKeyPair... by) {
    List<byte[]> signatures = new ArrayList<>();
    for (PGPKeyPair one : by) {
      signatures.add(signature(text, one, HashAlgorithmTags.SHA512, MADE, _ -> {}));
    }
    return clearSigned(text, signatures.toArray(byte[][]::new));
  }

  /// The framework around a text and signature packets.
  public static byte[] clearSigned(String text, byte[]... signatures) {
    StringBuilder out = new StringBuilder("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n");
    text.lines()
        .forEach(line -> out.append(line.startsWith("-") ? "- " : "").append(line).append('\n'));
    return out.append(armour("SIGNATURE", signatures)).toString().getBytes(StandardCharsets.UTF_8);
  }

  public static String armour(String kind, byte[]... packets) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] one : packets) {
      all.writeBytes(one);
    }
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(all.toByteArray());
    return "-----BEGIN PGP %1$s-----\n\n%2$s\n-----END PGP %1$s-----\n".formatted(kind, base64);
  }

  /// A signature over the canonical form of a text.
  public static byte[] signature(
      String text,
      PGPKeyPair by,
      int hash,
      Instant at,
      Consumer<PGPSignatureSubpacketGenerator> subpackets) {
    String canonical =
        String.join("\r\n", text.lines().map(line -> line.replaceFirst("[ \t]+$", "")).toList());
    return detached(
        canonical.getBytes(StandardCharsets.UTF_8),
        PGPSignature.CANONICAL_TEXT_DOCUMENT,
        by,
        hash,
        at,
        subpackets);
  }

  public static byte[] detached(
      byte[] content,
      int type,
      PGPKeyPair by,
      int hash,
      Instant at,
      Consumer<PGPSignatureSubpacketGenerator> subpackets) {
    PGPSignature signature =
        certify(
            by,
            type,
            hash,
            at,
            subpackets,
            generator -> {
              generator.update(content);
              return generator.generate();
            });
    return checked(() -> signature.getEncoded());
  }

  private interface Making {
    PGPSignature make(PGPSignatureGenerator generator) throws Exception;
  }

  private static PGPSignature certify(
      PGPKeyPair by,
      int type,
      int hash,
      Instant at,
      Consumer<PGPSignatureSubpacketGenerator> subpackets,
      Making making) {
    return checked(() -> {
      PGPSignatureGenerator generator =
          new PGPSignatureGenerator(
              new BcPGPContentSignerBuilder(by.getPublicKey().getAlgorithm(), hash),
              by.getPublicKey());
      generator.init(type, by.getPrivateKey());
      PGPSignatureSubpacketGenerator hashed = new PGPSignatureSubpacketGenerator();
      hashed.setSignatureCreationTime(true, Date.from(at));
      hashed.setIssuerFingerprint(false, by.getPublicKey());
      subpackets.accept(hashed);
      generator.setHashedSubpackets(hashed.generate());
      return making.make(generator);
    });
  }

  private interface Risky<T> {
    T run() throws Exception;
  }

  private static <T> T checked(Risky<T> work) {
    try {
      return work.run();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
