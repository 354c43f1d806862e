package io.microvisor.bytes;

import java.util.regex.Pattern;

/// Takes logins out of texts that have addresses in them: `http://user:password@host/` becomes `http://***@host/`.
///
/// Whoever puts an address, or what should have been one, into a message, an event or a file for others asks here first.
public final class Logins {
  /// The userinfo of an authority (RFC 3986, section 3.2), up to the last `@`: people forget to quote those of passwords.
  private static final Pattern OF_AUTHORITY = Pattern.compile("(//)[^/?#\\s\"'<>]*@");

  private static final String HIDDEN = "***";

  private Logins() {}

  /// A text for people without the logins of the addresses in it.
  public static String hidden(String text) {
    return text.indexOf('@') < 0
        ? text
        : OF_AUTHORITY.matcher(text).replaceAll("$1" + HIDDEN + "@");
  }

  /// A text that was refused as an address, or a line that was to have one in it, without anything that may be a login: a
  /// password with a `/` in it is the reason why many are refused.
  public static String hiddenInRefused(String text) {
    int at = text.lastIndexOf('@');
    int authority = text.indexOf("//");
    return authority >= 0 && authority < at
        ? text.substring(0, authority + 2) + HIDDEN + text.substring(at)
        : text.replaceAll("\\S+@", HIDDEN + "@");
  }
}
