package io.microvisor.formats.kmod;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// Finds the module files of one kernel version and reads them, several at a time.
final class ModuleFiles {
  private static final String UPDATES = "updates/";

  private record Found(String path, Inode.RegularFile file) {}

  private final TreePath folder;
  private final ContentSource contents;

  ModuleFiles(TreePath folder, ContentSource contents) {
    this.folder = folder;
    this.contents = contents;
  }

  List<KernelModule> read(FileTree tree) throws IOException, InterruptedException {
    List<Found> files = find(tree);
    Semaphore atOnce = new Semaphore(Runtime.getRuntime().availableProcessors());
    List<KernelModule> modules = new ArrayList<>(files.size());
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<KernelModule>> futures = new ArrayList<>(files.size());
      for (Found file : files) {
        futures.add(
            executor.submit(() -> {
              atOnce.acquire();
              try {
                return KernelModule.parse(
                    file.path(), ModuleFile.read(contents, file.file(), file.path()));
              } finally {
                atOnce.release();
              }
            }));
      }
      for (Future<KernelModule> future : futures) {
        modules.add(future.get());
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException("reading kernel modules", e.getCause());
    }
    return modules;
  }

  /// The file that counts for each module name: one in `updates/` before any other, otherwise the first by path.
  private List<Found> find(FileTree tree) {
    Map<String, Found> byName = new HashMap<>();
    List<Found> files = new ArrayList<>();
    tree.below(folder)
        .filter(entry -> entry.inode() instanceof Inode.RegularFile)
        .forEach(entry -> {
          String path = entry.path().moved(folder, TreePath.ROOT).toString();
          ModuleFile.codec(entry.path().name())
              .filter(_ -> !path.startsWith("build/") && !path.startsWith("source/"))
              .ifPresent(_ -> {
                Inode.RegularFile file = (Inode.RegularFile) entry.inode();
                Found found = new Found(path, file);
                byName.merge(KernelModule.nameOf(path), found, ModuleFiles::preferred);
                files.add(found);
              });
        });
    files.removeIf(file -> !file.equals(byName.get(KernelModule.nameOf(file.path()))));
    return files;
  }

  private static Found preferred(Found old, Found found) {
    return found.path().startsWith(UPDATES) && !old.path().startsWith(UPDATES) ? found : old;
  }
}
