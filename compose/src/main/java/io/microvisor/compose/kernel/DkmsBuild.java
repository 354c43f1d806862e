package io.microvisor.compose.kernel;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Kernel;
import io.microvisor.formats.kmod.KernelModule;
import io.microvisor.formats.kmod.ModuleFile;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.install.Configure;
import io.microvisor.packages.install.ConfigureSpec;
import io.microvisor.packages.install.MergedPackages;
import io.microvisor.sandbox.Sandbox;
import io.microvisor.sandbox.SandboxResult;
import io.microvisor.sandbox.SandboxSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Builds kernel modules from the sources that dkms packages bring, in a sandbox, with the compiler and headers of the build
/// set.
///
/// The build root is configured with `/usr/sbin/dkms` doing nothing, so that no package builds for the kernel it takes for
/// its own; then dkms builds each source for each kernel that has headers. The same packages give the same modules, bit for
/// bit: the build's time is that of the packages' newest file, user, host and paths are always the same, modules are not
/// signed (a signature would need a key), and are left unpacked (the image is packed as a whole).
public final class DkmsBuild {
  /// Raised when the same packages give other modules.
  public static final Versions VERSIONS = Versions.of("dkms", 1, ConfigureSpec.VERSIONS);

  private static final String FOLDER = "updates/dkms/";
  private static final TreePath MODULES = TreePath.of("usr/lib/modules");
  private static final List<String> IDLE =
      Stream.concat(ConfigureSpec.MADE_ELSEWHERE.stream(), Stream.of("usr/sbin/dkms")).toList();
  private static final int LARGEST_MODULE = 256 << 20;

  private final Sandbox sandbox;
  private final MergedPackages packages;
  private final Kernel kernel;
  private final Map<Digest, ByteSource> made = Collections.synchronizedMap(new HashMap<>());

  private DkmsBuild(Sandbox sandbox, MergedPackages packages, Kernel kernel) {
    this.sandbox = sandbox;
    this.packages = packages;
    this.kernel = kernel;
  }

  /// Builds.
  ///
  /// @param packages the build set
  /// @param kernel what the template says, for the places of problems
  /// @param created gets the contents of the modules
  /// @param listener is called with each line that is said, on another thread
  /// @return a tree with the modules alone, below `/usr/lib/modules/<release>/updates/dkms`
  /// @throws RejectedException if a source does not support the kernel, or does not build
  public static FileTree build(
      Sandbox sandbox,
      MergedPackages packages,
      Kernel kernel,
      ContentSink created,
      Consumer<String> listener)
      throws IOException, InterruptedException {
    return new DkmsBuild(sandbox, packages, kernel).build(created, listener);
  }

  private FileTree build(ContentSink created, Consumer<String> listener)
      throws IOException, InterruptedException {
    long time = newest();
    ConfigureSpec spec =
        new ConfigureSpec(packages, new ConfigureSpec.Settings(List.of(), time, IDLE));
    FileTree root =
        withoutModules(Configure.in(sandbox).configure(spec, ContentSink.into(made), listener));
    List<String> releases = releases(root);
    if (releases.isEmpty()) {
      throw BuildLog.noHeaders(kernel);
    }
    BuildLog log = new BuildLog(listener);
    List<String> command = new ArrayList<>(List.of("/usr/bin/sh", "-c", script(), "dkms"));
    command.addAll(releases);
    SandboxSpec run =
        SandboxSpec.of(root, packages.contents().or(made()), command, time)
            .with("KBUILD_BUILD_TIMESTAMP", "@" + time)
            .with("KBUILD_BUILD_USER", "emt")
            .with("KBUILD_BUILD_HOST", "sandbox");
    SandboxResult result = sandbox.run(run, ContentSink.into(made), log::add);
    if (result.exit() != 0) {
      throw log.failure(packages, kernel, result.exit());
    }
    return modules(result.tree(), releases, time, created);
  }

  private ContentSource made() {
    return ContentSource.of(made);
  }

  private long newest() {
    return packages
        .tree()
        .entries()
        .filter(entry -> !(entry.inode() instanceof Inode.Directory))
        .mapToLong(entry -> entry.inode().meta().mtime())
        .max()
        .orElse(0);
  }

  /// Without the kernel's own modules, which nothing reads; as there are no packed ones, dkms does not pack either.
  private static FileTree withoutModules(FileTree tree) {
    FileTree.Builder builder = tree.toBuilder();
    tree.below(MODULES)
        .filter(entry -> ModuleFile.codec(entry.path().name()).isPresent())
        .forEach(entry -> builder.remove(entry.path()));
    return builder.build();
  }

  private static List<String> releases(FileTree root) {
    return root.children(MODULES).stream()
        .filter(folder -> root.resolve(TreePath.of(folder.path() + "/build/Makefile")).isPresent())
        .map(folder -> folder.path().name())
        .toList();
  }

  private FileTree modules(FileTree after, List<String> releases, long time, ContentSink created)
      throws IOException {
    FileTree.Builder builder = FileTree.builder();
    for (String release : releases) {
      for (FileTree.Entry entry :
          after.children(TreePath.of(MODULES + "/" + release + "/updates/dkms"))) {
        if (entry.inode() instanceof Inode.RegularFile file) {
          byte[] elf = made().open(file.content()).readAll(LARGEST_MODULE);
          check(FOLDER + entry.path().name(), elf, release);
          created.add(elf);
          builder.mkdirs(entry.path().parent());
          builder.put(
              entry.path(),
              new Inode.RegularFile(Meta.of(0644).withMtime(time), file.content(), file.size()));
        }
      }
    }
    return builder.build();
  }

  /// The kernel refuses a module that was built for another (`vermagic`).
  private static void check(String path, byte[] elf, String release) throws IOException {
    List<String> magic = KernelModule.parse(path, elf).values("vermagic");
    if (magic.stream().noneMatch(text -> text.startsWith(release + " "))) {
      throw new IOException(
          "dkms: "
              + path
              + " was built for "
              + magic
              + " (expected: "
              + release
              + ", the kernel of the headers)");
    }
  }

  private static String script() throws IOException {
    try (InputStream stream = DkmsBuild.class.getResourceAsStream("dkms.sh")) {
      if (stream == null) {
        throw new IllegalStateException("dkms.sh: not among our resources");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
