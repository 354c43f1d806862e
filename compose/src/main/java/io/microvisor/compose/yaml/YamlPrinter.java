package io.microvisor.compose.yaml;

import io.microvisor.compose.yaml.Yaml.ScalarKind;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Prints a checked tree as YAML that reads back as the same tree.
public final class YamlPrinter {
  private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9/][A-Za-z0-9/._+@~^=-]*");
  private static final Pattern LITERAL_LINE = Pattern.compile("|[\\x20-\\x7e]*[\\x21-\\x7e]");

  private final StringBuilder out = new StringBuilder();

  private YamlPrinter() {}

  public static String print(Yaml.Mapping root) {
    YamlPrinter printer = new YamlPrinter();
    if (root.entries().isEmpty()) {
      return "{}\n";
    }
    printer.entries(root.entries(), 0);
    return printer.out.toString();
  }

  private void entries(List<Yaml.Entry> entries, int indent) {
    boolean first = true;
    for (Yaml.Entry entry : entries) {
      if (!first || indent == 0) {
        out.repeat(' ', indent);
      }
      first = false;
      out.append(plain(entry.key())).append(':');
      value(entry.value(), indent);
    }
  }

  /// What follows a key's colon, up to the end of the line.
  private void value(Yaml value, int indent) {
    switch (value) {
      case Yaml.Scalar scalar -> {
        out.append(' ');
        scalar(scalar, indent + 2);
      }
      case Yaml.Sequence sequence when sequence.items().isEmpty() -> out.append(" []\n");
      case Yaml.Sequence sequence -> {
        out.append('\n');
        for (Yaml item : sequence.items()) {
          out.repeat(' ', indent + 2).append('-');
          item(item, indent + 2);
        }
      }
      case Yaml.Mapping mapping when mapping.entries().isEmpty() -> out.append(" {}\n");
      case Yaml.Mapping mapping -> {
        out.append('\n').repeat(' ', indent + 2);
        entries(mapping.entries(), indent + 2);
      }
      case Yaml.Bad bad -> throw new IllegalStateException("a bad value was kept: " + bad.place());
    }
  }

  /// What follows an item's dash, up to the end of the line.
  private void item(Yaml item, int indent) {
    switch (item) {
      case Yaml.Scalar scalar -> {
        out.append(' ');
        scalar(scalar, indent + 2);
      }
      case Yaml.Mapping mapping when !mapping.entries().isEmpty() -> {
        out.append(' ');
        entries(mapping.entries(), indent + 2);
      }
      case Yaml.Sequence _, Yaml.Mapping _, Yaml.Bad _ -> value(item, indent);
    }
  }

  private void scalar(Yaml.Scalar scalar, int indent) {
    String text = scalar.text();
    boolean number = scalar.kind() == ScalarKind.INT || scalar.kind() == ScalarKind.FLOAT;
    if (number || scalar.kind() != ScalarKind.QUOTED && SAFE.matcher(text).matches()) {
      out.append(text).append('\n');
    } else if (literal(text)) {
      out.append("|\n");
      text.lines()
          .forEach(line -> {
            if (!line.isEmpty()) {
              out.repeat(' ', indent).append(line);
            }
            out.append('\n');
          });
    } else {
      out.append(plain(text)).append('\n');
    }
  }

  /// Whether a text can be a literal block (YAML 1.2.2, 8.1.2) that keeps it as it is, without indicators.
  private static boolean literal(String text) {
    return text.endsWith("\n")
        && !text.endsWith("\n\n")
        && !text.startsWith(" ")
        && !text.startsWith("\n")
        && text.lines().allMatch(line -> LITERAL_LINE.matcher(line).matches())
        && text.indexOf('\r') < 0;
  }

  /// A text as it stands when nothing needs quotes, else in double quotes.
  private static String plain(String text) {
    if (SAFE.matcher(text).matches() && ScalarKind.ofPlain(text) == ScalarKind.PLAIN) {
      return text;
    }
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '"' -> quoted.append("\\\"");
            case '\\' -> quoted.append("\\\\");
            case '\n' -> quoted.append("\\n");
            case '\t' -> quoted.append("\\t");
            default -> {
              if (c < 0x20 || c == 0x7f || c == 0x85 || c == 0x2028 || c == 0x2029) {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", c));
              } else if (c >= 0x80 && !Character.isLetterOrDigit(c)) {
                quoted.append(String.format(Locale.ROOT, "\\U%08x", c));
              } else {
                quoted.appendCodePoint(c);
              }
            }
          }
        });
    return quoted.append('"').toString();
  }
}
