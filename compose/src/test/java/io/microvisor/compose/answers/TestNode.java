package io.microvisor.compose.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.Provisioning;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A folder that looks like a machine's root, on which the node's own program runs by this host's shell.
record TestNode(Path root) {
  /// How a run ended.
  record Ending(int exit, String said) {}

  static TestNode in(Path root) throws IOException {
    TestNode node = new TestNode(root);
    for (Map.Entry<String, String> file : NodeFiles.of(Provisioning.Answers.ONCE).entrySet()) {
      node.write(file.getKey(), file.getValue());
    }
    node.write("etc/hosts", "127.0.0.1\tlocalhost\n127.0.1.1\timage\n");
    Files.createDirectories(root.resolve("var/lib"));
    return node;
  }

  /// What it says of a file.
  Ending check(String name, byte[] answers) throws IOException, InterruptedException {
    Path file = Files.write(root.resolve("answers.conf"), answers);
    return run(List.of("check", file.toString(), name), Map.of());
  }

  /// The problems of a text whose characters are its bytes, after the machine has said the same.
  List<String> agreed(String text) throws IOException, InterruptedException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    List<String> ours = AnswersFile.check("a", bytes).stream().map(Problem::toString).toList();
    Ending theirs = check("a", bytes);
    assertThat(theirs.said().lines().map(line -> line.replaceFirst("^<3>", "")).toList())
        .isEqualTo(onConsole(ours));
    assertThat(theirs.exit()).isEqualTo(ours.isEmpty() ? 0 : 1);
    return ours;
  }

  /// A console gets twenty.
  private static List<String> onConsole(List<String> problems) {
    if (problems.size() <= 20) {
      return problems;
    }
    List<String> shown = new ArrayList<>(problems.subList(0, 20));
    shown.add("a: " + (problems.size() - 20) + " more");
    return shown;
  }

  /// A boot with a credential.
  Ending boot(String when, String answers) throws IOException, InterruptedException {
    Path credentials = Files.createDirectories(root.resolve("credentials"));
    Files.writeString(credentials.resolve("emt.answers"), answers);
    return run(List.of("apply", when), Map.of("CREDENTIALS_DIRECTORY", credentials.toString()));
  }

  /// A boot with disks.
  ///
  /// @param disks what sysfs says of their places, by name; the name's first part after a blank is the file system
  Ending bootFromDisks(Map<String, String> disks) throws IOException, InterruptedException {
    StringBuilder listed = new StringBuilder();
    for (Map.Entry<String, String> disk : disks.entrySet()) {
      String[] named = disk.getKey().split(" ", -1);
      listed.append(
          "KNAME=\"%s\" FSTYPE=\"%s\" LABEL=\"EMT-CONFIG\"\n".formatted(named[0], named[1]));
      Path place = Files.createDirectories(root.resolve(disk.getValue().substring(1)));
      Path link = root.resolve("sys/class/block").resolve(named[0]);
      Files.createDirectories(Objects.requireNonNull(link.getParent()));
      Files.createSymbolicLink(link, place);
    }
    write("disks", listed + "KNAME=\"sda9\" FSTYPE=\"vfat\" LABEL=\"OTHER\"\n");
    write("dev/disk/by-label/EMT-CONFIG", "");
    tool("udevadm", ":");
    tool("lsblk", "cat $EMT_TEST_ROOT/disks");
    tool("mount", "echo \"$*\" >$EMT_TEST_ROOT/mounted; cp $EMT_TEST_ROOT/media/* $6");
    tool("umount", ":");
    return run(
        List.of("apply", "each-boot"),
        Map.of("PATH", root.resolve("tools") + ":" + System.getenv("PATH")));
  }

  /// One of the system's tools that this folder stands in for.
  private void tool(String name, String script) throws IOException {
    write("tools/" + name, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(
        root.resolve("tools").resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Ending run(List<String> arguments, Map<String, String> environment)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("/bin/sh"));
    command.add(root.resolve("usr/lib/emt/answers").toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    builder.environment().put("EMT_TEST_ROOT", root.toString());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    return new Ending(process.waitFor(), said);
  }

  String text(String path) throws IOException {
    return Files.readString(root.resolve(path));
  }

  boolean has(String path) {
    return Files.exists(root.resolve(path));
  }

  void write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, text);
  }
}
