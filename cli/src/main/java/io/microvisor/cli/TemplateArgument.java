package io.microvisor.cli;

import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.RejectedException;
import io.microvisor.compose.template.ShippedTemplates;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/// The template that a command works on: a file, or the name of a shipped one.
final class TemplateArgument {
  @Parameters(
      index = "0+",
      arity = "0..1",
      paramLabel = "TEMPLATE",
      defaultValue = "edge",
      description = "A template file, or the name of a shipped one: edge (default) or minimal.")
  private String template = "edge";

  /// Reads and checks it.
  ///
  /// @throws RejectedException if it has problems
  Template load(Terminal terminal) throws RejectedException {
    Loading loading =
        shippedName(terminal)
            .map(TemplateLoader::loadShipped)
            .orElseGet(() -> TemplateLoader.load(file(terminal)));
    return switch (loading) {
      case Loading.Loaded loaded -> loaded.template();
      case Loading.Rejected rejected -> throw new RejectedException(rejected.problems());
    };
  }

  /// Where its lock lies: beside the template (`hello.yaml` to `hello.lock`); that of a shipped template in the working
  /// directory.
  Path lock(Terminal terminal) {
    if (shippedName(terminal).isPresent()) {
      return terminal.workingDirectory().resolve(template + ".lock");
    }
    Path file = terminal.workingDirectory().resolve(template);
    String name = String.valueOf(file.getFileName()).replaceFirst("\\.ya?ml$", "");
    return file.resolveSibling(name + ".lock");
  }

  private Optional<String> shippedName(Terminal terminal) {
    boolean shipped =
        ShippedTemplates.names().contains(template)
            && !Files.exists(terminal.workingDirectory().resolve(template));
    return shipped ? Optional.of(template) : Optional.empty();
  }

  /// Places show the file as the user named it, so the path stays relative where it can.
  private Path file(Terminal terminal) {
    Path given = Path.of(template);
    boolean reachable =
        given.isAbsolute() || terminal.workingDirectory().equals(Path.of("").toAbsolutePath());
    return reachable ? given : terminal.workingDirectory().resolve(given);
  }
}
