package io.microvisor.cli.image;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Printable;
import io.microvisor.compose.inspect.DiskImage;
import io.microvisor.formats.tree.FileView;
import java.io.IOException;

/// A path in an image: of its root file system, or, behind `esp:`, of its EFI system partition.
///
/// @param partition where to look
/// @param path names joined by `/`
record ImagePath(Partition partition, String path) {
  private static final String ESP = "esp:";

  enum Partition {
    ROOT,
    ESP
  }

  static ImagePath parse(String text) {
    return text.startsWith(ESP)
        ? new ImagePath(Partition.ESP, text.substring(ESP.length()))
        : new ImagePath(Partition.ROOT, text);
  }

  /// What a path led to, links followed, and the files among which it lies.
  record Found(FileView files, FileView.Seen seen) {}

  /// Looks it up.
  ///
  /// @throws FailureException if there is nothing
  Found in(DiskImage image) throws IOException, FailureException {
    FileView files =
        switch (partition) {
          case ROOT -> image.root();
          case ESP -> image.espFiles();
        };
    FileView.Seen seen =
        files
            .resolve(path)
            .orElseThrow(() ->
                new FailureException(
                    ExitCode.FAILED,
                    Printable.text(toString()) + ": not in the image (expected: a path in it)"));
    return new Found(files, seen);
  }

  @Override
  public String toString() {
    return (partition == Partition.ESP ? ESP : "") + path;
  }
}
