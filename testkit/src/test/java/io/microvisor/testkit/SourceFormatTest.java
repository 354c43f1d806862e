package io.microvisor.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Holds every Java source of the project to google-java-format, without touching documentation comments, whose layout
/// tables are specifications. It is a test and not a build plugin because the formatter needs the toolchain's JDK,
/// while Maven itself may run on an older one. `tools/format` runs it in applying mode.
class SourceFormatTest {
  private static final Set<String> SKIPPED = Set.of("target", ".git", "node_modules");

  private final Formatter formatter =
      new Formatter(JavaFormatterOptions.builder().formatJavadoc(false).build());

  @Test
  void everySourceIsFormatted() throws IOException {
    boolean apply = "apply".equals(System.getProperty("emt.format"));
    List<String> wrong = new ArrayList<>();
    Path root = Path.of("..").toAbsolutePath().normalize();
    for (Path source : sources(root)) {
      String text = Files.readString(source);
      try {
        String formatted = formatter.formatSource(text);
        if (!formatted.equals(text)) {
          if (apply) {
            Files.writeString(source, formatted);
          } else {
            wrong.add(root.relativize(source).toString());
          }
        }
      } catch (FormatterException e) {
        wrong.add(root.relativize(source) + ": " + e.getMessage());
      }
    }
    assertThat(wrong).as("sources to format (run tools/format)").isEmpty();
  }

  private static List<Path> sources(Path root) throws IOException {
    List<Path> sources = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return SKIPPED.contains(String.valueOf(directory.getFileName()))
                    || directory.equals(root.resolve("build"))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              sources.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return sources;
  }
}
