package io.microvisor.bytes.files;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.Charset;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import java.util.Optional;

/// The kernel's errors for writes that find no room (`errno(3)`). The JDK keeps only their words, which `strerror(3)` has in
/// the language of the user. They count only as the whole of what an exception of the JDK's says: as a part of a longer text
/// they may be the output of a program, which had a disk of its own.
enum FullDiskError {
  NO_ROOM(28, "No space left on device"),
  QUOTA(122, "Disk quota exceeded");

  private static final long LONGEST = 1 << 10;

  private final String english;
  private final String ours;

  FullDiskError(int number, String english) {
    this.english = english;
    this.ours = strerror(number).orElse(english);
  }

  /// The error that an exception stands for.
  static Optional<FullDiskError> of(Throwable failure) {
    String said =
        switch (failure) {
          case FileSystemException at -> String.valueOf(at.getReason());
          case IOException other when other.getClass() == IOException.class ->
              String.valueOf(other.getMessage());
          default -> "";
        };
    return Arrays.stream(values())
        .filter(each -> said.equals(each.ours) || said.equals(each.english))
        .findFirst();
  }

  @SuppressWarnings("restricted")
  private static Optional<String> strerror(int number) {
    try {
      Linker linker = Linker.nativeLinker();
      MemorySegment text =
          (MemorySegment)
              linker
                  .downcallHandle(
                      linker.defaultLookup().findOrThrow("strerror"),
                      FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT))
                  .invokeExact(number);
      Charset charset = Charset.forName(System.getProperty("native.encoding", "UTF-8"));
      return Optional.of(text.reinterpret(LONGEST).getString(0, charset));
    } catch (IllegalCallerException | UnsupportedOperationException _) {
      return Optional.empty(); // Native code may not be called here.
    } catch (Throwable e) {
      throw new IllegalStateException("calling strerror", e);
    }
  }
}
