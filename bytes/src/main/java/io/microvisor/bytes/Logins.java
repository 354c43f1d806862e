package io.microvisor.bytes;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Takes logins out of texts that have addresses in them: `http://user:password@host/?token=secret` becomes
/// `http://***@host/?token=***`.
///
/// Whoever puts an address, or what should have been one, into a message, an event or a file for others asks here first.
public final class Logins {
  /// The userinfo of an authority (RFC 3986, section 3.2), up to the last `@`: people forget to quote those of passwords.
  private static final Pattern OF_AUTHORITY = Pattern.compile("(//)[^/?#\\s\"'<>]*@");

  /// What an address has in its query: tokens of object stores, for example.
  private static final Pattern QUERY = Pattern.compile("(://[^?\\s\"'<>]*\\?)([^#\\s\"'<>]+)");

  private static final Pattern VALUE = Pattern.compile("(?<==)[^&;]+|^[^=&;]+$");

  private static final String HIDDEN = "***";

  private Logins() {}

  /// A text for people without the logins of the addresses in it.
  public static String hidden(String text) {
    String hidden =
        text.indexOf('@') < 0 ? text : OF_AUTHORITY.matcher(text).replaceAll("$1" + HIDDEN + "@");
    return hidden.indexOf('?') < 0
        ? hidden
        : QUERY
            .matcher(hidden)
            .replaceAll(found ->
                Matcher.quoteReplacement(
                    found.group(1) + VALUE.matcher(found.group(2)).replaceAll(HIDDEN)));
  }

  /// A text that was refused as an address, or a line that was to have one in it, without anything that may be a login: a
  /// password with a `/` in it is the reason why many are refused.
  public static String hiddenInRefused(String text) {
    int at = text.lastIndexOf('@');
    int authority = text.indexOf("//");
    String hidden =
        authority >= 0 && authority < at
            ? text.substring(0, authority + 2) + HIDDEN + text.substring(at)
            : text.replaceAll("\\S+@", HIDDEN + "@");
    return hidden.replaceAll("\\?\\S+", "?" + HIDDEN);
  }
}
