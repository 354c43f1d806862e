package io.microvisor.systemtests;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/// A checkout in which everything is built: the launcher, as jars what these tests run with, templates, and examples. For
/// commands as the documents show them, which a shell reads.
///
/// @param folder where it lies
public record Checkout(Path folder) {
  private static final List<String> MODULES =
      List.of("bytes", "formats", "store", "sandbox", "packages", "machine", "compose", "cli");

  /// Makes one.
  ///
  /// @param folder a new one
  public static Checkout in(Path folder) throws IOException {
    Path libraries = Files.createDirectories(folder.resolve("cli/target/lib"));
    Path own = TestCache.checkout();
    Files.copy(own.resolve("emt"), folder.resolve("emt"));
    for (String name : List.of("templates", "examples")) {
      try (Stream<Path> all = Files.walk(own.resolve(name))) {
        for (Path each : all.filter(each -> !each.toString().endsWith(".lock")).toList()) {
          Files.copy(each, folder.resolve(own.relativize(each).toString()));
        }
      }
    }
    Files.createFile(folder.resolve("pom.xml"));
    for (String module : MODULES) {
      Files.createDirectories(folder.resolve(module).resolve("src/main"));
      Files.createFile(folder.resolve(module).resolve("pom.xml"));
    }
    int number = 0;
    for (String element : Emt.Installation.ofThisBuild().classPath().split(":", -1)) {
      Path source = Path.of(element);
      Path jar = libraries.resolve("%03d.jar".formatted(number++));
      if (Files.isDirectory(source)) {
        pack(source, jar);
      } else if (Files.exists(source)) {
        Files.copy(source, jar);
      }
    }
    Files.move(libraries.resolve("000.jar"), folder.resolve("cli/target/emt-cli-test.jar"));
    Files.createFile(folder.resolve("cli/target/.built"));
    return new Checkout(folder);
  }

  private static void pack(Path directory, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> all = Files.walk(directory)) {
      for (Path each : (Iterable<Path>) all.filter(Files::isRegularFile).sorted()::iterator) {
        out.putNextEntry(new JarEntry(directory.relativize(each).toString()));
        Files.copy(each, out);
        out.closeEntry();
      }
    }
  }

  /// A shell that reads these lines in the checkout's folder, with the cache of all tests, and ends with the first that fails.
  public ProcessBuilder shell(String lines) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-e", "-o", "pipefail", "-c", lines).directory(folder.toFile());
    String path = System.getenv("PATH");
    builder.environment().clear();
    builder.environment().put("PATH", path);
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("EMT_CACHE", TestCache.directory().toString());
    // With options of our own the launcher makes no start cache, which would take a processor from
    // the tests beside.
    builder.environment().put("EMT_JAVA_OPTIONS", "-Xmx420m");
    return builder;
  }

  /// Runs these lines to their end.
  public Emt.Ending run(String lines) throws IOException, InterruptedException {
    Path said = Files.createTempFile(folder, ".said-", "");
    Process process = shell(lines).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    process.getOutputStream().close();
    int exit = process.waitFor();
    return new Emt.Ending(exit, Files.readString(said));
  }
}
