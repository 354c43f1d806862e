package io.microvisor.packages.openpgp;

import io.microvisor.bytes.FormatException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One packet (RFC 9580, section 4.2), framed and bounded before any other code reads it.
///
/// | first byte | form | length |
/// |---|---|---|
/// | `11tttttt` | OpenPGP | 1, 2 (from 192) or 5 (255) octets; partial lengths are refused |
/// | `10ttttll` | legacy | 1, 2 or 4 octets as `ll` is 0, 1 or 2; indeterminate (3) is refused |
///
/// @param tag the packet type
/// @param encoded the whole packet with its header
/// @param bodyOffset where in `encoded` the body starts
@SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
record Packet(int tag, byte[] encoded, int bodyOffset) {
  static final int SIGNATURE = 2;
  static final int PUBLIC_KEY = 6;
  static final int USER_ID = 13;
  static final int PUBLIC_SUBKEY = 14;
  static final int USER_ATTRIBUTE = 17;

  private static final int TOP_BIT = 0x80;
  private static final int OPENPGP_FORM = 0x40;
  private static final String FORMAT = "OpenPGP packet";

  /// The first octet of the body, which is the version in keys and signatures; 0 in an empty body.
  int version() {
    return bodyOffset < encoded.length ? encoded[bodyOffset] & 0xff : 0;
  }

  /// All packets of `content`, which they must fill exactly.
  static List<Packet> split(byte[] content) throws FormatException {
    List<Packet> packets = new ArrayList<>();
    for (int at = 0; at < content.length; ) {
      Packet packet = at(content, at);
      packets.add(packet);
      at += packet.encoded.length;
    }
    return packets;
  }

  private static Packet at(byte[] content, int start) throws FormatException {
    int first = content[start] & 0xff;
    if ((first & TOP_BIT) == 0) {
      throw FormatException.notThis(
          FORMAT,
          "byte %d is 0x%02x (expected: a packet header, 0x80 or above)".formatted(start, first));
    }
    boolean openPgp = (first & OPENPGP_FORM) != 0;
    int tag = openPgp ? first & 0x3f : first >> 2 & 0xf;
    int octet = unsigned(content, start + 1, 1, start);
    int lengthOctets;
    long length;
    if (!openPgp) {
      lengthOctets = 1 << (first & 3);
      if (lengthOctets == 8) {
        throw FormatException.unsupported(FORMAT, start, "indeterminate length");
      }
      length = unsigned(content, start + 1, lengthOctets, start) & 0xffff_ffffL;
    } else if (octet < 192) {
      lengthOctets = 1;
      length = octet;
    } else if (octet < 224) {
      lengthOctets = 2;
      length = ((octet - 192L) << 8) + unsigned(content, start + 2, 1, start) + 192;
    } else if (octet == 255) {
      lengthOctets = 5;
      length = unsigned(content, start + 2, 4, start) & 0xffff_ffffL;
    } else {
      throw FormatException.unsupported(FORMAT, start, "partial length");
    }
    int bodyOffset = 1 + lengthOctets;
    if (length > content.length - start - bodyOffset) {
      throw FormatException.damaged(
          FORMAT,
          start,
          "length is %d bytes (expected: at most %d, which is all that follows)"
              .formatted(length, Math.max(0, content.length - start - bodyOffset)));
    }
    int end = start + bodyOffset + (int) length;
    return new Packet(tag, Arrays.copyOfRange(content, start, end), bodyOffset);
  }

  private static int unsigned(byte[] content, int at, int octets, int start)
      throws FormatException {
    if (at + octets > content.length) {
      throw FormatException.damaged(FORMAT, start, "the header is cut off");
    }
    int value = 0;
    for (int i = 0; i < octets; i++) {
      value = value << 8 | content[at + i] & 0xff;
    }
    return value;
  }
}
