package io.microvisor.systemtests;

import io.microvisor.packages.repository.RepositorySnapshot;
import io.microvisor.packages.toolroot.ToolRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What `tools/bench-peers` needs to run other builders of images: a root with their packages, and the archives.
public final class PeersBench {
  private PeersBench() {}

  /// Makes a tool root of packages, and writes its path and their versions to `root` and `versions`, and a sources.list of
  /// the archives to `sources.list`.
  ///
  /// @param arguments a folder, then packages
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path folder = Path.of(arguments[0]);
    List<String> packages = List.of(arguments).subList(1, arguments.length);
    try (Archive archive = Archive.open()) {
      List<String> sources = new ArrayList<>();
      for (RepositorySnapshot snapshot : archive.snapshots()) {
        sources.add(
            "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
                + snapshot.spec().archives().getFirst()
                + " "
                + snapshot.spec().suite()
                + " main");
      }
      ToolRoot root =
          ToolRoot.of(archive.provider(), packages, TestCache.directory().resolve("tools"));
      Files.write(folder.resolve("sources.list"), sources);
      Files.writeString(folder.resolve("root"), root.path() + "\n");
      Files.write(
          folder.resolve("versions"),
          root.versions().entrySet().stream()
              .map(each -> each.getKey() + " " + each.getValue())
              .toList());
    }
  }
}
