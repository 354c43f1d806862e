package io.microvisor.compose.template;

import io.microvisor.compose.problem.Place;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Translations to keep: those of a locale (`de_DE.UTF-8`, `de_AT@euro`), of a language with all its regions (`de`), or
/// `all`.
///
/// @param text as it is written
public record LocaleName(String text, Place place) {
  private static final String ALL = "all";

  /// setlocale(3): language, territory, codeset and modifier.
  private static final Pattern PARTS =
      Pattern.compile("([^_.@-]+)(?:[_-]([^.@]+))?(?:\\.([^@]+))?(?:@(.+))?");

  /// The parts, each empty where it is not said.
  private record Parts(String language, String territory, String codeset, String modifier) {
    static Parts of(String name) {
      Matcher parts = PARTS.matcher(name);
      return parts.matches()
          ? new Parts(parts.group(1), group(parts, 2), normalized(group(parts, 3)), group(parts, 4))
          : new Parts(name, "", "", "");
    }

    private static String group(Matcher parts, int number) {
      String found = parts.group(number);
      return found == null ? "" : found;
    }
  }

  /// Whether messages in a folder below `/usr/share/locale` are looked at where this is the locale: gettext goes from
  /// `de_DE@euro` to `de_DE`, `de@euro` and `de`.
  ///
  /// @param folder its name, such as `pt_BR`
  public boolean keeps(String folder) {
    if (text.equals(ALL)) {
      return true;
    }
    Parts wanted = Parts.of(text);
    Parts there = Parts.of(folder);
    boolean whole = wanted.territory().isEmpty() && wanted.codeset().isEmpty();
    return there.language().equals(wanted.language())
        && (whole || fits(there.territory(), wanted.territory()))
        && (wanted.codeset().isEmpty() || fits(there.codeset(), wanted.codeset()))
        && (whole && wanted.modifier().isEmpty() || fits(there.modifier(), wanted.modifier()));
  }

  private static boolean fits(String there, String wanted) {
    return there.isEmpty() || there.equals(wanted);
  }

  /// Whether this begins with a language's code (ISO 639), by which folders of translations are called, and not with its English
  /// name (`german`), as glibc's aliases do.
  public boolean hasCode() {
    return Parts.of(text).language().length() <= 3 || text.equals(ALL) || text.equals("POSIX");
  }

  /// The codes of the languages of this English name.
  public List<String> codes() {
    String language = Parts.of(text).language();
    return Stream.of(Locale.getISOLanguages())
        .filter(
            code -> Locale.of(code).getDisplayLanguage(Locale.ENGLISH).equalsIgnoreCase(language))
        .toList();
  }

  /// Whether this names a locale, by its codeset, and not translations alone.
  public boolean isLocale() {
    return !Parts.of(text).codeset().isEmpty();
  }

  /// The name as the C library's locales are called: `de_DE.utf8`.
  public String compiled() {
    int dot = text.indexOf('.');
    int at = text.indexOf('@');
    String codeset = text.substring(dot + 1, at < 0 ? text.length() : at);
    return text.substring(0, dot + 1) + normalized(codeset) + (at < 0 ? "" : text.substring(at));
  }

  /// What glibc takes for the same codeset: letters in lower case, and digits.
  private static String normalized(String codeset) {
    return codeset.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }
}
