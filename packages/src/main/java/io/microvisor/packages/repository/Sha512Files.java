package io.microvisor.packages.repository;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.fetch.DownloadException;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.fetch.Small;
import io.microvisor.packages.fetch.Validators;
import io.microvisor.store.Partial;
import io.microvisor.store.Store;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Files of which an archive tells the SHA-512 alone. The store names contents by their SHA-256, so they are fetched,
/// checked and hashed again before anything is done with them; what came out is remembered.
public final class Sha512Files {
  /// The largest such file, in bytes: 256 MiB.
  private static final int LARGEST = 256 << 20;

  private static final int HEX_DIGITS = 128;

  private final Downloader downloader;
  private final Store store;

  /// Files that come through `downloader` and are kept in `store`.
  public Sha512Files(Downloader downloader, Store store) {
    this.downloader = downloader;
    this.store = store;
  }

  /// Whether a text is a SHA-512 in hexadecimal digits.
  static boolean isSha512(String text) {
    return text.length() == HEX_DIGITS && text.chars().allMatch(HexFormat::isHexDigit);
  }

  /// The SHA-256 of a file, which is in the store then.
  ///
  /// @param subject what it is, for messages
  /// @param addresses where it can be had, tried in order
  /// @param size in bytes
  /// @throws IOException if no address has it
  public Digest sha256(String subject, List<URI> addresses, long size, String sha512)
      throws IOException, InterruptedException {
    Digest key = Digest.sha256("sha512-file-1\0" + sha512);
    Optional<Digest> known =
        store.actions().find(key).filter(value -> value.length == Digest.SIZE).map(Digest::of);
    if (known.isPresent() && store.files().path(known.get()).isPresent()) {
      return known.get();
    }
    if (size > LARGEST) {
      throw new IOException(
          "%s: %d bytes, and only its SHA-512 is known (expected: at most 256 MiB, or a SHA-256)"
              .formatted(subject, size));
    }
    List<String> failures = new ArrayList<>();
    for (URI address : addresses) {
      try {
        switch (downloader.small(subject, address, (int) size, Validators.NONE)) {
          case Small.Fresh(byte[] content, Validators _) -> {
            String found = sha512(content);
            if (content.length == size && found.equalsIgnoreCase(sha512)) {
              Digest digest = keep(content);
              store.actions().put(key, digest.bytes());
              return digest;
            }
            failures.add(
                "%s: %d bytes, SHA-512 %s (expected: %d bytes, %s)"
                    .formatted(address, content.length, found, size, sha512));
          }
          case Small.Unchanged(), Small.Absent(_) -> failures.add(address + ": it is not there");
        }
      } catch (DownloadException e) {
        failures.add(String.valueOf(e.getMessage()));
      }
    }
    throw new IOException(subject + ": cannot be had\n  " + String.join("\n  ", failures));
  }

  private Digest keep(byte[] content) throws IOException {
    Digest digest = Digest.sha256(content);
    if (store.files().path(digest).isEmpty()) {
      try (Partial partial = store.files().partial(digest)) {
        partial.keep(0);
        partial.write(ByteBuffer.wrap(content));
        partial.commit();
      }
    }
    return digest;
  }

  private static String sha512(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-512", e);
    }
  }
}
