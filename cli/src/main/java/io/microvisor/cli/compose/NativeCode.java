package io.microvisor.cli.compose;

import java.nio.file.Path;

/// Where zstd-jni unpacks its library: into a file that it removes when the process ends, unless it is killed. So, while a
/// store is open, it goes where the next one sweeps. Until when: until it removes the file as soon as it is loaded.
public final class NativeCode implements AutoCloseable {
  private static final String FOLDER = "ZstdTempFolder";

  private final boolean ours;

  private NativeCode(boolean ours) {
    this.ours = ours;
  }

  /// Names the folder, unless one was named from outside.
  public static NativeCode in(Path folder) {
    boolean ours = System.getProperty(FOLDER) == null;
    if (ours) {
      System.setProperty(FOLDER, folder.toString());
    }
    return new NativeCode(ours);
  }

  /// Forgets it.
  @Override
  public void close() {
    if (ours) {
      System.clearProperty(FOLDER);
    }
  }
}
