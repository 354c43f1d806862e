package io.microvisor.store;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.files.OwnFolder;
import io.microvisor.bytes.files.OwnerOnly;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

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
/// The directory is its owner's alone, and so is every file in it: they may be copies of files that are.
///
/// A change of any layout changes the `v1`: then old and new versions live side by side.
public final class Store implements Closeable {
  private static final String VERSION = "v1";

  /// What may be beside it: start caches and tool roots.
  private static final Set<String> USED = Set.of(VERSION, "start", "toolroots", "tools");

  private final Path root;
  private final Session session;
  private final List<DigestDirectory> byDigest;
  private final ContentStore contents;
  private final Packs packs;
  private final Actions actions;
  private final DownloadedFiles files;

  private Store(
      Path root,
      Session session,
      DigestDirectory contents,
      Packs packs,
      Actions actions,
      DigestDirectory files) {
    this.root = root;
    this.session = session;
    this.byDigest = List.of(contents, files);
    this.contents = new DiskContents(contents);
    this.packs = packs;
    this.actions = actions;
    this.files = new DownloadedFiles(files, root.resolve("partial"));
  }

  /// Opens the store at `directory`, which is made where nothing is yet; removes what dead processes left unfinished.
  ///
  /// @throws io.microvisor.bytes.files.UntrustedFolderException if others can have put something there
  /// @throws IOException if the directory cannot be made or written to
  public static Store open(Path directory) throws IOException {
    return open(directory, (root, session) -> open(root, List.of(), session));
  }

  /// Opens a store that finds all that is in the one at `directory`, and forgets what is put into it when it is closed.
  ///
  /// @throws IOException if the directory cannot be made or written to
  public static Store openScratch(Path directory) throws IOException {
    return open(directory, (root, session) -> open(session.newDirectory(), List.of(root), session));
  }

  /// Opens a store with a session of its own.
  @FunctionalInterface
  private interface Opening {
    Store open(Path root, Session session) throws IOException;
  }

  private static Store open(Path directory, Opening opening) throws IOException {
    OwnFolder.open(directory, USED::contains);
    try {
      Path root = OwnerOnly.directories(directory.resolve(VERSION));
      Session session = Session.open(root.resolve("tmp"));
      try {
        return opening.open(root, session);
      } catch (IOException e) {
        try {
          session.close();
        } catch (IOException again) {
          e.addSuppressed(again);
        }
        throw e;
      }
    } catch (IOException e) {
      throw new IOException("opening the store " + directory + ": " + reason(e), e);
    }
  }

  /// Only of failures of special kinds the message alone says too little.
  private static String reason(IOException e) {
    return e.getClass().equals(IOException.class) ? String.valueOf(e.getMessage()) : e.toString();
  }

  /// @param others roots of stores in which things are found, too
  private static Store open(Path root, List<Path> others, Session session) throws IOException {
    return new Store(
        root,
        session,
        digests("contents", root, others, session),
        new Packs(digests("packs", root, others, session)),
        new Actions(digests("actions", root, others, session)),
        digests("files", root, others, session));
  }

  private static DigestDirectory digests(String name, Path root, List<Path> others, Session session)
      throws IOException {
    return DigestDirectory.open(
        root.resolve(name), others.stream().map(other -> other.resolve(name)).toList(), session);
  }

  /// Where all of it lies, for messages.
  public Path directory() {
    return root;
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

  /// Reads all contents, files and packs that were found since this was opened, and removes those that are not what they
  /// were. For when something went wrong: what is read is checked anyway.
  ///
  /// @return how many were removed
  public int removeDamaged() throws IOException {
    int removed = packs.removeDamaged();
    for (DigestDirectory digests : byDigest) {
      removed +=
          digests.removeDamaged(
              (file, digest) -> CheckedSource.isSound(ByteSource.of(file), digest));
    }
    return removed;
  }

  /// How much of each kind is in the store at `directory`, which is not changed and need not be there.
  ///
  public static List<Usage> usage(Path directory) throws IOException {
    OwnFolder.check(directory);
    return new Pruning(folders(directory.resolve(VERSION)), Instant.MIN).usage();
  }

  /// Removes what need not be kept. What any living session used stays, whatever `retention` says.
  ///
  /// @param really whether to remove it, or only to tell what would go
  public Usage.Pruned prune(Retention retention, boolean really) throws IOException {
    return pruning().prune(retention, really);
  }

  private Pruning pruning() throws IOException {
    return new Pruning(folders(root), session.oldestLiving().toInstant());
  }

  private static Map<Usage.Kind, Path> folders(Path root) {
    Map<Usage.Kind, Path> folders = new EnumMap<>(Usage.Kind.class);
    for (Usage.Kind kind : Usage.Kind.values()) {
      folders.put(kind, root.resolve(kind.name().toLowerCase(Locale.ROOT)));
    }
    return folders;
  }

  /// Removes what is unfinished. Packs and contents found before stay readable.
  @Override
  public void close() throws IOException {
    session.close();
  }
}
