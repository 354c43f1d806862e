package io.microvisor.cli.image;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.bytes.files.OwnerOnly;
import io.microvisor.cli.terminal.Printable;
import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;

/// Copies files of an image into a folder of the host, and never anywhere else.
///
/// Each name is a single one, checked by [io.microvisor.formats.tree.TreePath], and each folder on the way was either made
/// here or seen not to be a symbolic link; a file is only ever created, never opened. So neither links in the image nor
/// links that lie in the folder already can lead the copy astray. What is on its way is only its owner's to read; the mode it
/// has in the image comes last.
final class Extraction {
  private static final int PERMISSIONS = 0777;

  /// Whose the copies are.
  enum Owners {
    OURS,
    KEPT
  }

  @FunctionalInterface
  private interface HostPath {
    Path of(String text);
  }

  private final FileView files;
  private final Owners owners;
  private final PrintWriter notes;
  private int count;
  private long bytes;

  Extraction(FileView files, Owners owners, PrintWriter notes) {
    this.files = files;
    this.owners = owners;
    this.notes = notes;
  }

  /// Copies what was seen, and all below it, to `target`.
  void copy(FileView.Seen seen, Path target) throws IOException {
    switch (seen) {
      case FileView.Seen.File file -> file(file, target);
      case FileView.Seen.Other(_, Inode inode) -> {
        switch (inode) {
          case Inode.Directory _ -> directory(seen, target);
          case Inode.Symlink link -> symlink(seen, link.target(), target);
          case Inode.Device _, Inode.Fifo _, Inode.Socket _ ->
              notes.println(
                  Printable.text(seen.path().absolute()) + ": a device, pipe or socket, left out");
          case Inode.RegularFile _ -> throw new IllegalStateException("a file is no other");
        }
      }
    }
  }

  private void file(FileView.Seen.File file, Path target) throws IOException {
    try (OutputStream out = OwnerOnly.stream(target);
        InputStream content = file.content().stream()) {
      bytes += content.transferTo(out);
    } catch (FileAlreadyExistsException _) {
      throw inTheWay(target);
    } catch (IOException e) {
      throw FullDiskException.named(target.toAbsolutePath().resolveSibling(""), e);
    }
    finish(file.meta(), target);
    count++;
  }

  private void symlink(FileView.Seen seen, String text, Path target) throws IOException {
    try {
      Files.createSymbolicLink(target, path(name -> target.getFileSystem().getPath(name), text));
    } catch (FileAlreadyExistsException _) {
      throw inTheWay(target);
    }
    if (owners == Owners.KEPT) {
      own(seen.meta(), target);
    }
    count++;
  }

  private void directory(FileView.Seen seen, Path target) throws IOException {
    boolean isNew = true;
    try {
      OwnerOnly.directory(target);
    } catch (FileAlreadyExistsException _) {
      isNew = false;
      if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
        throw inTheWay(target);
      }
    }
    for (FileView.Seen child : files.list(seen.path())) {
      copy(child, path(name -> target.resolve(name), child.path().name()));
    }
    if (isNew) {
      // Last, for a folder may be read-only, and what is put into it changes its time.
      finish(seen.meta(), target);
      count++;
    }
  }

  /// Text of the image as a path of the host.
  private static Path path(HostPath host, String text) throws IOException {
    try {
      return host.of(text);
    } catch (InvalidPathException e) {
      throw new IOException(
          "\""
              + Printable.text(text)
              + "\": the host's locale has no such characters (expected: a UTF-8 locale)"
              + "\n  advice: run it with LC_ALL=C.UTF-8",
          e);
    }
  }

  private void finish(Meta meta, Path target) throws IOException {
    boolean kept = owners == Owners.KEPT;
    if (kept) {
      own(meta, target);
    }
    // Without its owner a set-user-id file would lend out somebody else's rights: ours.
    int mode = kept ? meta.mode() : meta.mode() & PERMISSIONS;
    Files.setLastModifiedTime(target, FileTime.from(meta.mtime(), TimeUnit.SECONDS));
    Files.setAttribute(target, "unix:mode", mode, LinkOption.NOFOLLOW_LINKS);
  }

  private static void own(Meta meta, Path target) throws IOException {
    Files.setAttribute(target, "unix:uid", (int) meta.uid(), LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(target, "unix:gid", (int) meta.gid(), LinkOption.NOFOLLOW_LINKS);
  }

  private static IOException inTheWay(Path target) {
    return new IOException(
        Printable.text(target.toString())
            + ": exists already (expected: nothing there; nothing is overwritten)");
  }

  /// What was copied so far.
  String summary() {
    return count + (count == 1 ? " file, " : " files, ") + new ByteSize(bytes);
  }
}
