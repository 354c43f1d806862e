package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.openpgp.ClearSigned;
import io.microvisor.packages.openpgp.Keyring;
import io.microvisor.packages.openpgp.SignatureRefusedException;
import io.microvisor.packages.openpgp.SignatureVerifier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/// Verdicts on what a real GnuPG signed, beside those of `gpgv` and `sqv`, with which apt verifies. Where we differ, the
/// table says so, and why stands in the decision on trust.
class GnupgOracleTest {
  private static final String TEXT = "Origin: Test\n- dash\nFrom here\n\nlast: line\n";
  private static final String GOOD = "GOOD";

  @TempDir static Path folder;

  private static final SortedMap<String, String> GPGV = new TreeMap<>();
  private static final SortedMap<String, String> SQV = new TreeMap<>();

  @BeforeAll
  static void sign() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    Files.writeString(folder.resolve("text"), TEXT);
    oracles.succeed(folder, script("gnupg-cases.sh"));
    alter();
    for (String line : oracles.succeed(folder, script("gnupg-verdicts.sh")).lines().toList()) {
      String[] words = line.split(" ", 3);
      (words[0].equals("gpgv") ? GPGV : SQV).put(words[1], words[2]);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvFileSource(resources = "gnupg-cases.csv", numLinesToSkip = 1)
  void judgesAsExpectedBesideTheToolsOfApt(String name, String ours, String gpgv, String sqv)
      throws IOException {
    assertThat(verdict(name)).as("ours").isEqualTo(ours);
    assertThat(GPGV.get(name)).as("gpgv").isEqualTo(gpgv);
    assertThat(SQV.get(name)).as("sqv").isEqualTo(sqv);
    if (ours.equals(GOOD)) {
      assertThat(List.of(gpgv, sqv)).as("we accept nothing that both refuse").contains(GOOD);
    }
  }

  @Test
  void knowsAllCases() throws IOException {
    List<String> listed =
        new String(resource("gnupg-cases.csv"), StandardCharsets.UTF_8)
            .lines()
            .skip(1)
            .map(line -> line.replaceFirst(",.*", "").strip())
            .sorted()
            .toList();

    assertThat(listed).containsExactlyElementsOf(GPGV.keySet()).hasSizeGreaterThan(50);
  }

  private static String verdict(String name) throws IOException {
    Path detached = folder.resolve(name + ".sig");
    try {
      SignatureVerifier verifier =
          new SignatureVerifier(
              Keyring.parse("test keys", Files.readAllBytes(folder.resolve("all.keys"))),
              Instant.now());
      if (Files.exists(detached)) {
        verifier.verifyDetached(
            name, TEXT.getBytes(StandardCharsets.UTF_8), Files.readAllBytes(detached));
      } else {
        ClearSigned signed = ClearSigned.parse(Files.readAllBytes(folder.resolve(name + ".asc")));
        assertThat(new String(verifier.verify(name, signed).text(), StandardCharsets.UTF_8))
            .isEqualTo(TEXT);
      }
      return GOOD;
    } catch (SignatureRefusedException e) {
      return e.reason().name();
    } catch (FormatException e) {
      return "FORM";
    }
  }

  /// What no option of GnuPG makes: its files, altered.
  private static void alter() throws IOException {
    String good = Files.readString(folder.resolve("ed25519.asc"));
    String head = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n";
    assertThat(good).startsWith(head);
    write("text-changed", good.replace("last: line", "last: lime"));
    write("line-added", good.replace("last: line", "last: line\nmore: lines"));
    write("line-not-escaped", good.replace("\n- - dash", "\n- dash"));
    write("blanks-added", good.replace("last: line", "last: line \t"));
    write("carriage-returns", good.replace("\n", "\r\n"));
    write("text-before", "Origin: Evil\n" + good);
    write("text-after", good + "Origin: Evil\n");
    write("blank-lines-after", good + "\n\n");
    write("twice", good + good);
    write("second-block-unsigned", good + head + "Origin: Evil\n");
    write("signature-missing", good.substring(0, good.indexOf("-----BEGIN PGP SIGNATURE")));
    write("signature-empty", good.replaceFirst("(?s)(SIGNATURE-----\n\n).*(-----END)", "$1$2"));
    write("end-missing", good.substring(0, good.indexOf("-----END")));
    write("checksum-missing", good.replaceFirst("\n=[A-Za-z0-9+/]{4}\n", "\n"));
    write("checksum-wrong", good.replaceFirst("\n=[A-Za-z0-9+/]{4}\n", "\n=AAAA\n"));
    write("comment-in-armor", good.replace("SIGNATURE-----\n\n", "SIGNATURE-----\nComment: x\n\n"));
    write("hash-header-missing", good.replace("Hash: SHA512\n", ""));
    write("hash-header-other", good.replace("Hash: SHA512", "Hash: SHA256"));
    write("header-unknown", good.replace("Hash: SHA512", "Hash: SHA512\nComment: Origin: Evil"));
    write("control-character", good.replace("last: line", "last: l\u0001ine"));
    String second = Files.readString(folder.resolve("rsa3072.asc"));
    String forged = Files.readString(folder.resolve("other-text.asc"));
    write("one-good-one-forged", withSignaturesOf(good, forged));
    write(
        "one-forged-one-good",
        withSignaturesOf(
            forged.replace("other: text\n", TEXT.replace("\n- dash", "\n- - dash")), good));
    write("two-armors", good + second.substring(second.indexOf("-----BEGIN PGP SIGNATURE")));
    Files.write(
        folder.resolve("two-armors-detached.sig"),
        concat(
            Files.readAllBytes(folder.resolve("armored.sig")),
            Files.readAllBytes(folder.resolve("armored.sig"))));
    Files.write(
        folder.resolve("cut-off.sig"),
        Arrays.copyOf(Files.readAllBytes(folder.resolve("binary.sig")), 60));
    key("no-binding", packets -> packets.removeIf(p -> p.tag() == 2 && p.body()[1] == 0x18));
    key("no-self-signature", packets -> packets.removeIf(p -> p.tag() == 2));
    key("no-back-signature", packets -> packets.replaceAll(GnupgOracleTest::withoutUnhashed));
  }

  private static void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name + ".asc"), text, StandardCharsets.ISO_8859_1);
  }

  /// A text with its own signature and that of another, in one armour.
  private static String withSignaturesOf(String text, String other) {
    return text.substring(0, text.indexOf("-----BEGIN PGP SIGNATURE"))
        + "-----BEGIN PGP SIGNATURE-----\n\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(concat(signature(text), signature(other)))
        + "\n-----END PGP SIGNATURE-----\n";
  }

  private static byte[] signature(String text) {
    String armor = text.substring(text.indexOf("-----BEGIN PGP SIGNATURE"));
    String base64 =
        armor.replaceFirst("(?s).*?\n\n", "").replaceFirst("(?s)\n(=....\n)?-----END.*", "");
    return Base64.getMimeDecoder().decode(base64);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Stream.of(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  /// A packet in the legacy format that GnuPG writes: `10ttttll`, a length of one or two octets.
  @SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
  private record Packet(int tag, byte[] body) {
    static List<Packet> of(byte[] all) {
      List<Packet> packets = new ArrayList<>();
      for (int at = 0; at < all.length; ) {
        int octets = 1 << (all[at] & 3);
        int size = 0;
        for (int i = 0; i < octets; i++) {
          size = size << 8 | all[at + 1 + i] & 0xff;
        }
        int start = at + 1 + octets;
        packets.add(new Packet(all[at] >> 2 & 0xf, Arrays.copyOfRange(all, start, start + size)));
        at = start + size;
      }
      return packets;
    }

    byte[] encoded() {
      byte[] head = {(byte) (0x80 | tag << 2 | 1), (byte) (body.length >> 8), (byte) body.length};
      return concat(head, body);
    }
  }

  /// Replaces a key in the keyring by an altered one; its signatures stay as GnuPG made them.
  private static void key(String name, Consumer<List<Packet>> change) throws IOException {
    List<Packet> packets =
        new ArrayList<>(Packet.of(Files.readAllBytes(folder.resolve(name + ".unaltered"))));
    change.accept(packets);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(Files.readAllBytes(folder.resolve("all.keys")));
    packets.forEach(packet -> all.writeBytes(packet.encoded()));
    Files.write(folder.resolve("all.keys"), all.toByteArray());
  }

  /// A binding signature without its unhashed subpackets, where GnuPG puts the back-signature; the signature holds still.
  private static Packet withoutUnhashed(Packet packet) {
    byte[] body = packet.body();
    if (packet.tag() != 2 || body[1] != 0x18) {
      return packet;
    }
    int hashed = (body[4] & 0xff) << 8 | body[5] & 0xff;
    int at = 6 + hashed;
    int unhashed = (body[at] & 0xff) << 8 | body[at + 1] & 0xff;
    byte[] none = {0, 0};
    return new Packet(
        2,
        concat(
            Arrays.copyOf(body, at),
            none,
            Arrays.copyOfRange(body, at + 2 + unhashed, body.length)));
  }

  private static String script(String name) throws IOException {
    return new String(resource(name), StandardCharsets.UTF_8);
  }

  private static byte[] resource(String name) throws IOException {
    try (var in = Objects.requireNonNull(GnupgOracleTest.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    }
  }
}
