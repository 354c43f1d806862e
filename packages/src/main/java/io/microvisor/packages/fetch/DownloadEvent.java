package io.microvisor.packages.fetch;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/// How downloads go. Events of different downloads come from different threads.
public sealed interface DownloadEvent {
  /// The file was in the store already.
  record Reused(Download download, Path path) implements DownloadEvent {}

  /// Bytes are about to come; the first `resumedAt` of them are here from an earlier attempt.
  record Started(Download download, URI address, long resumedAt) implements DownloadEvent {}

  /// So many more bytes came.
  record Advanced(Download download, long bytes) implements DownloadEvent {}

  /// An attempt failed; the next one is made after `pause`.
  record Retrying(Download download, URI address, String reason, Duration pause)
      implements DownloadEvent {}

  /// The file is in the store, verified.
  record Finished(Download download, Path path) implements DownloadEvent {}

  /// Something that deserves mention, about no file in particular: a repository that lacks a suite, say.
  record Noted(String line) implements DownloadEvent {}

  /// All attempts at all addresses failed.
  record Failed(Download download, String reason) implements DownloadEvent {}
}
