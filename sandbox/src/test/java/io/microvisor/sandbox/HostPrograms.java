package io.microvisor.sandbox;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A tree with a shell and some programs of the host, and the libraries they need: enough of a root file system to test
/// a sandbox with.
final class HostPrograms {
  private static final List<String> PROGRAMS =
      List.of(
          "bash",
          "cat",
          "chmod",
          "chown",
          "env",
          "head",
          "id",
          "ln",
          "ls",
          "mkdir",
          "mknod",
          "mv",
          "readlink",
          "rm",
          "setpriv",
          "sh",
          "sleep",
          "stat",
          "tail",
          "truncate",
          "yes");
  private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x");

  private HostPrograms() {}

  /// How this machine supports sandboxes; the test is skipped, saying why, where it does not.
  static SandboxSupport support() throws InterruptedException {
    SandboxSupport support = SandboxSupport.probe();
    if (support instanceof SandboxSupport.Impossible impossible) {
      assumeThat(impossible.explanation()).as("no sandbox on this machine").isEmpty();
    }
    return support;
  }

  private static Path find(String program) {
    return Stream.of("/bin", "/usr/bin")
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(program + ": not on this machine"));
  }

  static FileTree tree(Map<Digest, ByteSource> contents) throws IOException, InterruptedException {
    FileTree.Builder builder = FileTree.builder();
    Set<Path> files = new TreeSet<>();
    for (String program : PROGRAMS) {
      Path path = find(program);
      Process ldd = new ProcessBuilder("ldd", path.toString()).start();
      String text = new String(ldd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      ldd.waitFor();
      files.add(path);
      LIBRARY.matcher(text).results().forEach(match -> files.add(Path.of(match.group(1))));
    }
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      Digest digest = Digest.sha256(bytes);
      contents.put(digest, ByteSource.of(bytes));
      TreePath path = TreePath.of(file.toString());
      builder.mkdirs(path.parent());
      builder.put(path, new Inode.RegularFile(Meta.of(0755), digest, bytes.length));
    }
    return builder.mkdirs(TreePath.of("etc")).build();
  }
}
