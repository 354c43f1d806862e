package io.microvisor.systemtests;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/// The extended attributes of this machine's files, of all kinds: Java itself knows those called `user` only.
final class HostAttributes {
  private static final int LARGEST = 1 << 16;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle LIST =
      function(
          "llistxattr",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle GET =
      function(
          "lgetxattr",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG));

  private HostAttributes() {}

  @SuppressWarnings("restricted")
  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
  }

  /// All attributes of a file by full name; symbolic links are not followed.
  static SortedMap<String, byte[]> of(Path file) throws IOException {
    SortedMap<String, byte[]> attributes = new TreeMap<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom(file.toString());
      MemorySegment names = arena.allocate(LARGEST);
      MemorySegment value = arena.allocate(LARGEST);
      long length = checked((long) LIST.invokeExact(path, names, names.byteSize()), file);
      for (long at = 0; at < length; ) {
        String name = names.getString(at);
        MemorySegment key = arena.allocateFrom(name);
        long size = checked((long) GET.invokeExact(path, key, value, value.byteSize()), file);
        attributes.put(name, value.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE));
        at += name.getBytes(StandardCharsets.UTF_8).length + 1;
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    return attributes;
  }

  private static long checked(long result, Path file) throws IOException {
    if (result < 0) {
      throw new IOException(file + ": its extended attributes cannot be read");
    }
    return result;
  }
}
