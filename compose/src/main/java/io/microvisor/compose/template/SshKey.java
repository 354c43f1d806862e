package io.microvisor.compose.template;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// The syntax of a line of authorized_keys (sshd(8)): options, type, base64, comment.
final class SshKey {
  private static final List<String> TYPES =
      List.of(
          "ssh-ed25519",
          "ssh-rsa",
          "ecdsa-sha2-nistp256",
          "ecdsa-sha2-nistp384",
          "ecdsa-sha2-nistp521",
          "sk-ssh-ed25519@openssh.com",
          "sk-ecdsa-sha2-nistp256@openssh.com");

  private SshKey() {}

  /// What is wrong with a line, or nothing.
  static Optional<String> complaint(String line) {
    String[] words = line.strip().split("\\s+", -1);
    for (int i = 0; i < words.length; i++) {
      if (TYPES.contains(words[i])) {
        return i + 1 < words.length
            ? body(words[i], words[i + 1])
            : Optional.of("the key itself is missing after " + words[i]);
      }
    }
    if (line.contains("PRIVATE KEY")) {
      return Optional.of("a private key, which belongs in no image");
    }
    return Optional.of("no known key type");
  }

  private static Optional<String> body(String type, String base64) {
    byte[] blob;
    try {
      blob = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException _) { // the message below says it better
      return Optional.of("the part after " + type + " is not base64");
    }
    ByteBuffer buffer = ByteBuffer.wrap(blob);
    if (buffer.remaining() < 4) {
      return Optional.of("the key is cut off");
    }
    byte[] inner = new byte[Math.clamp(buffer.getInt(), 0, buffer.remaining())];
    buffer.get(inner);
    if (!new String(inner, StandardCharsets.ISO_8859_1).equals(type)) {
      return Optional.of("the key inside is not of type " + type);
    }
    return buffer.remaining() < 32 ? Optional.of("the key is cut off") : Optional.empty();
  }
}
