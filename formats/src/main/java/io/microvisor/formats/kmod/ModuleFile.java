package io.microvisor.formats.kmod;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.compression.Codec;
import io.microvisor.formats.compression.Decompressor;
import io.microvisor.formats.tree.Inode;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/// Module files by their names, `.ko` with the suffix of one of the codecs that kmod reads, and their uncompressed bytes.
public final class ModuleFile {
  /// The most bytes a module may have: more can only be a decompression bomb.
  public static final long LARGEST = 256L << 20;

  private static final String EXTENSION = ".ko";
  private static final List<Codec> CODECS = List.of(Codec.NONE, Codec.GZIP, Codec.XZ, Codec.ZSTD);

  private ModuleFile() {}

  /// How the module file called `name` is compressed; empty if that is no name of a module file.
  public static Optional<Codec> codec(String name) {
    return CODECS.stream()
        .filter(codec -> {
          String extension = EXTENSION + codec.suffix();
          return name.endsWith(extension) && name.length() > extension.length();
        })
        .findFirst();
  }

  /// A module's path without the codec's suffix.
  public static String uncompressed(String path) {
    return codec(path)
        .map(codec -> path.substring(0, path.length() - codec.suffix().length()))
        .orElse(path);
  }

  /// The uncompressed bytes of a module.
  ///
  /// @param path whose suffix names the codec
  /// @throws FormatException if they are damaged, or more than [#LARGEST]
  public static byte[] read(ContentSource contents, Inode.RegularFile file, String path)
      throws IOException {
    Codec codec = codec(path).orElse(Codec.NONE);
    try (InputStream plain = Decompressor.open(codec, contents.open(file.content()), LARGEST)) {
      return plain.readAllBytes();
    } catch (FormatException e) {
      throw named(path, e);
    } catch (IOException e) {
      throw new IOException("kernel module " + path + ": " + e.getMessage(), e);
    }
  }

  private static FormatException named(String path, FormatException e) {
    String format = "kernel module " + path;
    long position = e.position().orElse(0);
    String what = String.valueOf(e.getMessage());
    FormatException named =
        switch (e.kind()) {
          case NOT_THIS_FORMAT -> FormatException.notThis(format, what);
          case DAMAGED -> FormatException.damaged(format, position, what);
          case UNSUPPORTED -> FormatException.unsupported(format, position, what);
        };
    named.initCause(e);
    return named;
  }
}
