package io.microvisor.testkit.faults;

import io.microvisor.testkit.faults.FaultyFiles.Portion;
import io.microvisor.testkit.faults.FaultyFiles.Need;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Hands everything on to the real files; what changes something, through [FaultyFiles#change].
final class FaultyProvider extends FileSystemProvider {
  private final FaultyFiles faults;
  private final FaultyFileSystem fileSystem = new FaultyFileSystem(this);

  FaultyProvider(FaultyFiles faults) {
    this.faults = faults;
  }

  Path wrap(Path real) {
    return new FaultyPath(fileSystem, real);
  }

  static Path real(Path path) {
    return path instanceof FaultyPath faulty ? faulty.real() : path;
  }

  @Override
  public String getScheme() {
    return "faulty";
  }

  @Override
  public FileSystem newFileSystem(URI address, Map<String, ?> environment) {
    throw new UnsupportedOperationException("there is one for each FaultyFiles");
  }

  @Override
  public FileSystem getFileSystem(URI address) {
    return fileSystem;
  }

  @Override
  public Path getPath(URI address) {
    throw new UnsupportedOperationException("paths of a faulty folder have no address");
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    faults.checkAlive();
    Path real = real(path);
    boolean writes = options.contains(StandardOpenOption.WRITE);
    if (!writes) {
      return new FaultyChannel(faults, real, FileChannel.open(real, options, attributes));
    }
    boolean makes =
        (options.contains(StandardOpenOption.CREATE)
                || options.contains(StandardOpenOption.CREATE_NEW))
            && !Files.exists(real);
    boolean empties = options.contains(StandardOpenOption.TRUNCATE_EXISTING);
    if (!makes && !empties) {
      return new FaultyChannel(faults, real, FileChannel.open(real, options, attributes));
    }
    return faults.change(
        path,
        Need.ROOM,
        extent -> {
          if (extent == Portion.HALF) {
            return new FaultyChannel(faults, real, FileChannel.open(Path.of("/dev/null")));
          }
          FileChannel opened = FileChannel.open(real, options, attributes);
          faults.note(journal -> {
            journal.file(faults.name(real));
            if (empties) {
              journal.truncate(faults.name(real), 0);
            }
          });
          return new FaultyChannel(faults, real, opened);
        });
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    faults.checkAlive();
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> real = Files.newDirectoryStream(real(directory))) {
      for (Path each : real) {
        Path wrapped = wrap(each);
        if (filter.accept(wrapped)) {
          entries.add(wrapped);
        }
      }
    }
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return entries.iterator();
      }

      @Override
      public void close() {
        // Read already.
      }
    };
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    Path real = real(directory);
    if (Files.exists(real)) {
      Files.createDirectory(real, attributes); // Fails as it should.
    }
    change(
        directory,
        Need.ROOM,
        () -> Files.createDirectory(real, attributes),
        journal -> journal.folder(faults.name(real)));
  }

  @Override
  public void delete(Path path) throws IOException {
    Path real = real(path);
    if (!Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(real); // Fails as it should.
    }
    change(
        path, Need.NOTHING, () -> Files.delete(real), journal -> journal.delete(faults.name(real)));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    throw new UnsupportedOperationException("copying within a faulty folder");
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    change(
        source,
        Need.NOTHING,
        () -> Files.move(real(source), real(target), options),
        journal -> journal.move(faults.name(real(source)), faults.name(real(target))));
  }

  /// Something that takes place wholly or not at all.
  @FunctionalInterface
  private interface Deed {
    void run() throws IOException;
  }

  private void change(Path path, Need need, Deed deed, FaultyFiles.Entry entry) throws IOException {
    faults.change(
        path,
        need,
        extent -> {
          if (extent == Portion.ALL) {
            deed.run();
            faults.note(entry);
          }
          return extent;
        });
  }

  @Override
  public boolean isSameFile(Path one, Path other) throws IOException {
    return Files.isSameFile(real(one), real(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return Files.isHidden(real(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return Files.getFileStore(real(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    real(path).getFileSystem().provider().checkAccess(real(path), modes);
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    if (type != BasicFileAttributeView.class) {
      return null;
    }
    BasicFileAttributeView real =
        Files.getFileAttributeView(real(path), BasicFileAttributeView.class, options);
    return type.cast(
        new BasicFileAttributeView() {
          @Override
          public String name() {
            return "basic";
          }

          @Override
          public BasicFileAttributes readAttributes() throws IOException {
            faults.checkAlive();
            return real.readAttributes();
          }

          @Override
          public void setTimes(FileTime modified, FileTime accessed, FileTime created)
              throws IOException {
            change(path, Need.NOTHING, () -> real.setTimes(modified, accessed, created), _ -> {});
          }
        });
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    faults.checkAlive();
    return Files.readAttributes(real(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    faults.checkAlive();
    return Files.readAttributes(real(path), names, options);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    change(path, Need.NOTHING, () -> Files.setAttribute(real(path), name, value, options), _ -> {});
  }
}
