package io.microvisor.packages.install;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrivateKeysTest {
  private final Map<Digest, ByteSource> contents = new HashMap<>();

  private Inode file(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    contents.put(Digest.sha256(bytes), ByteSource.of(bytes));
    return new Inode.RegularFile(Meta.of(0600), Digest.sha256(bytes), bytes.length);
  }

  /// In two parts, so that nobody takes this file for one.
  private static String key(String kind) {
    return "-----BEGIN " + kind + "PRIVATE" + " KEY-----\nMIIE\n";
  }

  @Test
  void areFoundInEveryTextForm() throws IOException {
    FileTree made =
        FileTree.builder()
            .put("a", file(key("")))
            .put("b", file(key("OPENSSH ")))
            .put("c", file(key("RSA ")))
            .put("d", file(key("ENCRYPTED ")))
            .put("e", file("-----BEGIN CERTIFICATE-----\nMIIE\n" + key("EC ")))
            .put("f", file("-----BEGIN PGP PRIVATE" + " KEY BLOCK-----\n"))
            .put("g", file("PuTTY-User-" + "Key-File-3: ssh-ed25519\n"))
            .put("h", file("-----BEGIN CERTIFICATE-----\nMIIE\n"))
            .put("i", file("-----BEGIN PUBLIC KEY-----\nMIIE\n"))
            .put("j", file("see -----BEGIN PRIVATE" + " KEY-----\n"))
            .build();

    assertThat(PrivateKeys.in(List.of(), made, ContentSource.of(contents)))
        .extracting(Object::toString)
        .containsExactly("a", "b", "c", "d", "e", "f", "g");
  }

  @Test
  void ofPackagesAreMeantForEverybody() throws IOException {
    FileTree given = FileTree.builder().put("sample", file(key(""))).build();
    FileTree made = given.toBuilder().put("copy", file(key(""))).build();

    assertThat(PrivateKeys.in(List.of(given), made, ContentSource.of(contents))).isEmpty();
  }
}
