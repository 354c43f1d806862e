package io.microvisor.packages.openpgp;

import io.microvisor.bytes.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;

/// The certificates that are trusted for one purpose, in the order they were given.
///
/// @param name what the keyring is, for messages, such as `Debian's archive keys`
/// @param certificates those that can be used
/// @param notes certificates that were left out, and why
public record Keyring(String name, List<Certificate> certificates, List<String> notes) {
  private static final int MOST_BYTES = 16 << 20;
  private static final int UNDERSTOOD_VERSION = 4;

  public Keyring {
    certificates = List.copyOf(certificates);
    notes = List.copyOf(notes);
  }

  /// Reads a keyring, armoured (any number of blocks) or binary. Certificates of a version that is not understood are
  /// left out with a note.
  ///
  /// @throws FormatException if this is no keyring, or it is cut off, or larger than 16 MiB
  public static Keyring parse(String name, byte[] content) throws FormatException {
    if (content.length > MOST_BYTES) {
      throw FormatException.unsupported(
          "OpenPGP keyring", 0, name + ": " + content.length + " bytes (expected: at most 16 MiB)");
    }
    byte[] packets =
        Armor.looksLike(content) ? Armor.decodeAll(Armor.PUBLIC_KEY, content) : content;
    List<Certificate> certificates = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (List<Packet> group : groups(Packet.split(packets))) {
      try {
        certificates.add(read(group));
      } catch (IOException e) {
        notes.add(name + ": certificate left out: " + e.getMessage());
      }
    }
    if (certificates.isEmpty() && notes.isEmpty()) {
      throw FormatException.notThis("OpenPGP keyring", name + ": it holds no public key");
    }
    return new Keyring(name, certificates, notes);
  }

  /// This keyring and another, under a new name.
  public Keyring and(Keyring other, String newName) {
    Map<String, Certificate> all = new LinkedHashMap<>();
    Stream.concat(certificates.stream(), other.certificates.stream())
        .forEach(certificate -> all.putIfAbsent(certificate.fingerprint(), certificate));
    return new Keyring(
        newName,
        List.copyOf(all.values()),
        Stream.concat(notes.stream(), other.notes.stream()).toList());
  }

  /// The certificates in binary form, as gpgv(1) and apt take them.
  public byte[] encoded() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Certificate each : certificates) {
      all.writeBytes(each.encoded());
    }
    return all.toByteArray();
  }

  /// Whether some key of this keyring, primary or subkey, has the fingerprint (upper-case hexadecimal).
  public boolean has(String fingerprint) {
    return certificates.stream().anyMatch(c -> c.fingerprints().contains(fingerprint));
  }

  /// What is trusted, for messages.
  public String summary() {
    return certificates.stream()
        .map(Certificate::toString)
        .collect(Collectors.joining(", ", name + ": ", ""));
  }

  /// Packets from one public key to the next. User attributes (photographs) and what follows them say nothing we use.
  private static List<List<Packet>> groups(List<Packet> packets) throws FormatException {
    List<List<Packet>> groups = new ArrayList<>();
    boolean skipping = false;
    for (Packet packet : packets) {
      switch (packet.tag()) {
        case Packet.PUBLIC_KEY -> {
          groups.add(new ArrayList<>());
          skipping = false;
        }
        case Packet.USER_ID -> skipping = false;
        case Packet.PUBLIC_SUBKEY -> skipping = packet.version() != UNDERSTOOD_VERSION;
        case Packet.SIGNATURE -> {}
        default -> skipping = true;
      }
      if (groups.isEmpty()) {
        throw FormatException.notThis(
            "OpenPGP keyring",
            "it starts with packet type " + packet.tag() + " (expected: 6, a public key)");
      }
      boolean readable = packet.tag() != Packet.SIGNATURE || packet.version() == UNDERSTOOD_VERSION;
      if (!skipping && readable) {
        groups.getLast().add(packet);
      }
    }
    return groups;
  }

  private static Certificate read(List<Packet> packets) throws IOException {
    int version = packets.getFirst().version();
    if (version != UNDERSTOOD_VERSION) {
      throw FormatException.unsupported(
          "OpenPGP key", 0, "version " + version + " (understood: version 4)");
    }
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    for (Packet packet : packets) {
      encoded.writeBytes(packet.encoded());
    }
    try {
      return new Certificate(
          new PGPPublicKeyRing(encoded.toByteArray(), new BcKeyFingerprintCalculator()));
    } catch (IOException | RuntimeException e) {
      // The library throws all sorts of unchecked exceptions at malformed packets.
      throw FormatException.damaged("OpenPGP key", 0, String.valueOf(e.getMessage()));
    }
  }
}
