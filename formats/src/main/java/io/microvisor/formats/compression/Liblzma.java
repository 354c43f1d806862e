package io.microvisor.formats.compression;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The functions of liblzma that decoding takes (lzma/container.h, lzma/base.h), in the newest library of the host.
final class Liblzma {
  private static final List<String> FOLDERS =
      List.of(
          "/usr/local/lib",
          "/usr/lib/x86_64-linux-gnu",
          "/lib/x86_64-linux-gnu",
          "/usr/lib/aarch64-linux-gnu",
          "/lib/aarch64-linux-gnu",
          "/usr/lib64",
          "/lib64",
          "/usr/lib",
          "/lib");
  private static final Pattern NAME = Pattern.compile("liblzma\\.so\\.5\\.(\\d{1,4})\\.(\\d{1,4})");

  /// lzma_version_number() counts 10,000,000 for a major, 10,000 for a minor and 10 for a patch version.
  private static final int OLDEST = 50_020_000;

  private final MethodHandle versionNumber;
  private final MethodHandle streamDecoder;
  private final MethodHandle code;
  private final MethodHandle end;

  @SuppressWarnings("restricted")
  private Liblzma(Path library) {
    SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
    Linker linker = Linker.nativeLinker();
    this.versionNumber =
        linker.downcallHandle(
            symbols.findOrThrow("lzma_version_number"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT));
    this.streamDecoder =
        linker.downcallHandle(
            symbols.findOrThrow("lzma_stream_decoder"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));
    this.code =
        linker.downcallHandle(
            symbols.findOrThrow("lzma_code"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    this.end =
        linker.downcallHandle(
            symbols.findOrThrow("lzma_end"), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
  }

  /// The newest usable library in the usual folders; empty if there is none, or native code may not be called.
  static Optional<Liblzma> newest() {
    if (ValueLayout.ADDRESS.byteSize() != Long.BYTES) {
      return Optional.empty(); // The layout of lzma_stream below is that of 64-bit systems.
    }
    for (Path library : candidates()) {
      try {
        Liblzma liblzma = new Liblzma(library);
        if (liblzma.version() >= OLDEST) {
          return Optional.of(liblzma);
        }
      } catch (IllegalArgumentException
          | IllegalCallerException
          | UnsupportedOperationException
          | NoSuchElementException _) {
        // Not loadable here, such as another machine's: the next one, or xz for Java, will do.
      }
    }
    return Optional.empty();
  }

  private static List<Path> candidates() {
    List<Path> found = new ArrayList<>();
    for (String folder : FOLDERS) {
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(Path.of(folder), "liblzma.so.5.*")) {
        files.forEach(found::add);
      } catch (IOException _) {
        // Most systems have only some of the folders.
      }
    }
    return found.stream()
        .filter(p -> version(p) > 0)
        .sorted(Comparator.comparingInt((Path p) -> version(p)).reversed())
        .toList();
  }

  /// The version in a file's name, 0 if there is none or it must not be used: 5.6.0 and 5.6.1 were released with a
  /// back door (CVE-2024-3094).
  private static int version(Path library) {
    Matcher name = NAME.matcher(String.valueOf(library.getFileName()));
    if (!name.matches()) {
      return 0;
    }
    int minor = Integer.parseInt(name.group(1));
    int patch = Integer.parseInt(name.group(2));
    return minor == 6 && patch <= 1 ? 0 : minor * 10_000 + patch;
  }

  int version() {
    try {
      return (int) versionNumber.invokeExact();
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// lzma_stream_decoder().
  int streamDecoder(MemorySegment stream, long memlimit, int flags) {
    try {
      return (int) streamDecoder.invokeExact(stream, memlimit, flags);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// lzma_code().
  int code(MemorySegment stream, int action) {
    try {
      return (int) code.invokeExact(stream, action);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /// lzma_end().
  void end(MemorySegment stream) {
    try {
      end.invokeExact(stream);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  private static IllegalStateException broken(Throwable e) {
    return new IllegalStateException("calling liblzma", e);
  }
}
