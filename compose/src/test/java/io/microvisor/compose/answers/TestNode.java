package io.microvisor.compose.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.template.Problem;
import io.microvisor.compose.template.Provisioning;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private void write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, text);
  }
}
