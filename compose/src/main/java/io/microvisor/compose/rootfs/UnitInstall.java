package io.microvisor.compose.rootfs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The `[Install]` sections of a unit and its drop-ins (systemd.unit(5), "[INSTALL] SECTION OPTIONS"), as written:
/// specifiers are not replaced.
///
/// @param wantedBy in whose `.wants` folders it has links
/// @param requiredBy the same for `.requires`
/// @param upheldBy the same for `.upholds`
/// @param alias its other names
/// @param also what is enabled and disabled with it
/// @param defaultInstance which instance of a template is meant where none is named
record UnitInstall(
    List<String> wantedBy,
    List<String> requiredBy,
    List<String> upheldBy,
    List<String> alias,
    List<String> also,
    Optional<String> defaultInstance) {
  private static final Pattern CONTINUED = Pattern.compile("\\\\\\n(?:[ \\t]*[#;].*\\n)*");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

  UnitInstall {
    wantedBy = List.copyOf(wantedBy);
    requiredBy = List.copyOf(requiredBy);
    upheldBy = List.copyOf(upheldBy);
    alias = List.copyOf(alias);
    also = List.copyOf(also);
  }

  /// Reads them.
  ///
  /// @param texts the unit file, then its drop-ins
  static UnitInstall read(List<String> texts) {
    List<String> wantedBy = new ArrayList<>();
    List<String> requiredBy = new ArrayList<>();
    List<String> upheldBy = new ArrayList<>();
    List<String> alias = new ArrayList<>();
    List<String> also = new ArrayList<>();
    Optional<String> defaultInstance = Optional.empty();
    for (String text : texts) {
      boolean inside = false;
      for (String raw : CONTINUED.matcher(text).replaceAll(" ").lines().toList()) {
        String line = raw.strip();
        int equals = line.indexOf('=');
        if (line.startsWith("#") || line.startsWith(";")) {
          continue;
        }
        if (line.startsWith("[")) {
          inside = line.equals("[Install]");
        } else if (inside && equals > 0) {
          String value = line.substring(equals + 1).strip();
          switch (line.substring(0, equals).strip()) {
            case "WantedBy" -> add(wantedBy, value);
            case "RequiredBy" -> add(requiredBy, value);
            case "UpheldBy" -> add(upheldBy, value);
            case "Alias" -> add(alias, value);
            // Alone of them it is not emptied by an empty value.
            case "Also" -> also.addAll(words(value));
            case "DefaultInstance" ->
                defaultInstance = Optional.of(value).filter(each -> !each.isEmpty());
            default -> {
              // Other settings of the section make no links.
            }
          }
        }
      }
    }
    return new UnitInstall(wantedBy, requiredBy, upheldBy, alias, also, defaultInstance);
  }

  private static void add(List<String> list, String value) {
    if (value.isEmpty()) {
      list.clear();
    }
    list.addAll(words(value));
  }

  private static List<String> words(String value) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(value);
    while (matcher.find()) {
      words.add(
          Optional.ofNullable(matcher.group(1))
              .or(() -> Optional.ofNullable(matcher.group(2)))
              .orElseGet(matcher::group));
    }
    return words;
  }
}
