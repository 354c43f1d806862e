package io.microvisor.cli;

import io.microvisor.compose.image.DiskImage;
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

  /// The files among which it is to be found.
  FileView files(DiskImage image) throws IOException {
    return switch (partition) {
      case ROOT -> image.root();
      case ESP -> image.espFiles();
    };
  }

  /// What is there, links followed.
  ///
  /// @throws FailureException if there is nothing
  FileView.Seen find(FileView files) throws IOException, FailureException {
    return files
        .resolve(path)
        .orElseThrow(() ->
            new FailureException(
                ExitCode.FAILED,
                Printable.text(toString()) + ": not in the image (expected: a path in it)"));
  }

  @Override
  public String toString() {
    return (partition == Partition.ESP ? ESP : "") + path;
  }
}
