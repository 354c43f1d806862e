package io.microvisor.compose.schema;

import io.microvisor.compose.problem.Code;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// Writes the reference pages from the table of keys and the list of codes. A test keeps the committed pages equal.
public final class Reference {
  private static final String GENERATED =
      """
      <!-- Generated from the table of keys; do not edit. To write it anew:
           mvn -pl compose -am test -Dtest=ReferenceTest -Dsurefire.failIfNoSpecifiedTests=false -Demt.regenerate=true -->

      """;

  private Reference() {}

  /// `docs/reference/template.md`: every key.
  public static String keys() {
    StringBuilder page = new StringBuilder("# Template keys\n\n").append(GENERATED);
    page.append(
        """
        A template is a YAML 1.2 file in UTF-8. Its words are those of Image Composer Tool's templates, with the same meaning, and
        ours among them (origin *emt*). A key or value whose feature is *not built yet* is read, checked and refused, never
        ignored; it passes when it asks for nothing (`false`, an empty list, `enabled: false`). A *note* changes nothing in the image.

        The type of a value is decided by its key: `version: 1.10` is the text `1.10`. Tags, merge keys (`<<`) and several documents
        in one file are refused; anchors and aliases work. Sizes are whole numbers with a unit: `MiB`, `GiB` (powers of 1024), `MB`,
        `GB` (powers of 1000), or `M`, `G` (powers of 1024).

        With `extends`, a template is laid over another, key by key; where the rule is another, the description says so. Local
        paths start from the folder of the template that names them and may not leave the folder of the template that is built.

        A JSON Schema for editors is in [template.schema.json](template.schema.json); what can be wrong with a template is in
        [problems.md](problems.md).
        """);
    section(page, "", TemplateKeys.ROOT, Status.BUILT);
    page.append("\n## Forms of text\n\n| form | expected | pattern |\n|---|---|---|\n");
    for (Syntax syntax : Syntax.values()) {
      page.append("| ")
          .append(new Shape.Text(syntax).words().replace("text (", "").replace(")", ""))
          .append(" | ")
          .append(cell(syntax.expected()))
          .append(" | `` ")
          .append(syntax.regex().replace("|", "\\|"))
          .append(" `` |\n");
    }
    return page.toString();
  }

  /// `docs/reference/problems.md`: every code.
  public static String problems() {
    StringBuilder page = new StringBuilder("# Problems with templates\n\n").append(GENERATED);
    page.append(
        """
        All problems of a template are reported together, each with file, line and column, what was found, what was expected, and
        advice where there is any. The codes are stable; they appear in machine-readable output.
        """);
    for (Code code : Code.values()) {
      page.append("\n## ").append(code.id()).append(' ').append(code.title()).append("\n\n");
      page.append(code.meaning()).append('\n');
    }
    return page.toString();
  }

  /// @param above the status of what the block belongs to: below what is not built, nothing is
  private static void section(StringBuilder page, String path, Shape.Block block, Status above) {
    page.append("\n## ").append(path.isEmpty() ? "Top level" : '`' + path + '`').append("\n\n");
    page.append("| key | type | default | origin | status | description |\n");
    page.append("|---|---|---|---|---|---|\n");
    for (Key key : block.keys()) {
      Status status = status(key, above);
      page.append("| `")
          .append(key.name())
          .append(key.required() ? "` (required) | " : "` | ")
          .append(type(key.shape()))
          .append(" | ")
          .append(key.fallback().isEmpty() ? "" : '`' + key.fallback() + '`')
          .append(" | ")
          .append(
              switch (key.origin()) {
                case ICT -> "ICT";
                case EMT -> "emt";
              })
          .append(" | ")
          .append(status.words())
          .append(status == Status.BUILT ? ", since " + key.since() : "")
          .append(" | ")
          .append(cell(key.description() + merge(key)))
          .append(" |\n");
    }
    for (Key key : block.keys()) {
      String below = path.isEmpty() ? key.name() : path + "." + key.name();
      switch (key.shape()) {
        case Shape.Block inner -> section(page, below, inner, status(key, above));
        case Shape.Items(Shape.Block inner) ->
            section(page, below + "[]", inner, status(key, above));
        case Shape.Items _,
            Shape.Named _,
            Shape.Text _,
            Shape.Flag _,
            Shape.Whole _,
            Shape.Size _,
            Shape.Choice _ -> {}
      }
    }
  }

  private static Status status(Key key, Status above) {
    return above == Status.NOT_BUILT ? above : key.status();
  }

  private static String merge(Key key) {
    boolean usual =
        switch (key.merge()) {
          case REPLACE -> !(key.shape() instanceof Shape.Block);
          case FIELDS -> true;
          case UNION, APPEND, BY_NAME, BY_FINAL, BY_PATH -> false;
        };
    return usual ? "" : " With `extends`: " + key.merge().words() + ".";
  }

  private static String type(Shape shape) {
    return switch (shape) {
      case Shape.Text text -> text.words();
      case Shape.Flag flag -> flag.words();
      case Shape.Whole whole -> whole.words();
      case Shape.Size _ -> "size";
      case Shape.Choice choice -> choice(choice);
      case Shape.Items(Shape of) -> "list: " + type(of);
      case Shape.Block _ -> "block";
      case Shape.Named(Syntax name, Shape of) ->
          "block: " + new Shape.Text(name).words() + " to " + type(of);
    };
  }

  private static String choice(Shape.Choice choice) {
    List<String> built = choice.words(Status.BUILT);
    List<String> missing = choice.words(Status.NOT_BUILT);
    String text = built.stream().map(Reference::code).collect(Collectors.joining(", "));
    return missing.isEmpty()
        ? text
        : text
            + "; not built yet: "
            + missing.stream().map(Reference::code).collect(Collectors.joining(", "));
  }

  private static String code(String word) {
    return word.isEmpty() ? "`\"\"`" : '`' + word + '`';
  }

  private static String cell(String text) {
    return Arrays.stream(text.split("\n", -1))
        .map(String::strip)
        .collect(Collectors.joining(" "))
        .replace("|", "\\|");
  }
}
