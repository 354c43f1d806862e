package io.microvisor.cli.template;

import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.ShippedTemplates;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/// The template that a command works on: a file, or the name of a shipped one.
public final class TemplateArgument {
  /// What is meant when none is named.
  public static final String DEFAULT = "edge";

  @Parameters(
      index = "0+",
      arity = "0..1",
      paramLabel = "TEMPLATE",
      defaultValue = DEFAULT,
      description = "A template file, or the name of a shipped one: edge (default) or minimal.")
  private String template = DEFAULT;

  /// As picocli fills it in.
  public TemplateArgument() {}

  /// As another command's own parameters name it.
  public TemplateArgument(String template) {
    this.template = template;
  }

  /// Whether a word of the command line can only mean a template, or means a shipped one.
  public static boolean isMeant(String word) {
    return word.endsWith(".yaml")
        || word.endsWith(".yml")
        || word.indexOf('/') >= 0
        || ShippedTemplates.names().contains(word);
  }

  /// Reads and checks it.
  ///
  /// @throws RejectedException if it has problems
  public Template load(Terminal terminal) throws RejectedException {
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
  public Path lock(Terminal terminal) {
    if (shippedName(terminal).isPresent()) {
      return terminal.workingDirectory().resolve(template + ".lock");
    }
    Path file = terminal.workingDirectory().resolve(template);
    String name = String.valueOf(file.getFileName()).replaceFirst("\\.ya?ml$", "");
    return file.resolveSibling(name + ".lock");
  }

  /// Where packages for it may lie that "emt lock --vendor" put there: beside its lock (`hello.vendor`).
  public Path vendor(Terminal terminal) {
    Path lock = lock(terminal);
    return lock.resolveSibling(
        String.valueOf(lock.getFileName()).replaceFirst("\\.lock$", ".vendor"));
  }

  /// The template as it was named on the command line; empty for the default one.
  public String words() {
    return template.equals(DEFAULT) ? "" : " " + template;
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
