package io.microvisor.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Everything kept between builds, under one directory; see the package for its promises.
///
/// | below the directory | what |
/// |---|---|
/// | `v1/contents/` | contents by their digest |
/// | `v1/packs/` | file trees with their contents, by key |
/// | `v1/actions/` | small results, by key |
/// | `v1/files/` | downloads by their digest |
/// | `v1/partial/` | downloads that are not finished |
/// | `v1/tmp/` | unfinished things and scratch directories, one directory for each open store |
///
/// A change of any layout changes the `v1`: then old and new versions live side by side.
public final class Store implements Closeable {
  private static final String VERSION = "v1";

  private final Session session;
  private final ContentStore contents;
  private final Packs packs;
  private final Actions actions;
  private final DownloadedFiles files;

  private Store(
      Session session, ContentStore contents, Packs packs, Actions actions, DownloadedFiles files) {
    this.session = session;
    this.contents = contents;
    this.packs = packs;
    this.actions = actions;
    this.files = files;
  }

  /// Opens the store at `directory`, which is made where nothing is yet; removes what dead processes left unfinished.
  ///
  /// @throws IOException if the directory cannot be made or written to
  public static Store open(Path directory) throws IOException {
    try {
      Path root = Files.createDirectories(directory.resolve(VERSION));
      Session session = Session.open(root.resolve("tmp"));
      return new Store(
          session,
          new DiskContents(Shelf.open(root.resolve("contents"), session)),
          new Packs(Shelf.open(root.resolve("packs"), session)),
          new Actions(Shelf.open(root.resolve("actions"), session)),
          new DownloadedFiles(Shelf.open(root.resolve("files"), session), root.resolve("partial")));
    } catch (IOException e) {
      throw new IOException("opening the store " + directory + ": " + e, e);
    }
  }

  /// Contents by their digest.
  public ContentStore contents() {
    return contents;
  }

  /// File trees with their contents, by key.
  public Packs packs() {
    return packs;
  }

  /// Small results, by key.
  public Actions actions() {
    return actions;
  }

  /// Downloads by their digest.
  public DownloadedFiles files() {
    return files;
  }

  /// A new empty directory for work in progress, removed with all it holds when the store is closed, or when it is next
  /// opened after this process died.
  public Path temporary() throws IOException {
    return session.newDirectory();
  }

  /// Removes what is unfinished. Packs and contents found before stay readable.
  @Override
  public void close() throws IOException {
    session.close();
  }
}
