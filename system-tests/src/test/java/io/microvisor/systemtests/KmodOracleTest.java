package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.formats.kmod.ModuleIndex;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.install.MergedPackages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our `modules.dep` and its kin are depmod's, byte for byte, for Debian's cloud kernel.
class KmodOracleTest {
  private static final TreePath MODULES = TreePath.of("usr/lib/modules");

  @TempDir Path folder;

  @Test
  void depmodWritesTheSameFiles() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    MergedPackages kernel = Kernels.cloud();
    String version = kernel.tree().children(MODULES).getFirst().path().name();
    Path modules = write(kernel, MODULES.resolve(version));
    Set<String> shipped = names(modules);
    oracles.succeed(folder, "ln -s usr/lib lib\ndepmod -b . " + version);

    Map<String, byte[]> ours = ModuleIndex.read(kernel.tree(), kernel.contents(), version).files();

    Set<String> theirs = names(modules);
    theirs.removeAll(shipped);
    assertThat(ours.keySet()).containsExactlyInAnyOrderElementsOf(theirs);
    ours.forEach(
        (name, bytes) -> assertThat(modules.resolve(name)).as(name).hasBinaryContent(bytes));
  }

  private static Set<String> names(Path modules) throws IOException {
    try (Stream<Path> files = Files.list(modules)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private Path write(MergedPackages kernel, TreePath modules) throws IOException {
    for (FileTree.Entry entry : kernel.tree().below(modules).toList()) {
      Path path = folder.resolve(entry.path().toString());
      switch (entry.inode()) {
        case Inode.Directory _ -> Files.createDirectories(path);
        case Inode.RegularFile file -> {
          try (InputStream stream = kernel.contents().open(file.content()).stream()) {
            Files.copy(stream, path);
          }
        }
        case Inode.Symlink _, Inode.Device _, Inode.Fifo _, Inode.Socket _ -> {}
      }
    }
    return folder.resolve(modules.toString());
  }
}
