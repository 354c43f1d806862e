package io.microvisor.compose.schema;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/// The forms a text may have to take. Each is one regular expression, so that the generated JSON Schema can say the same.
public enum Syntax {
  TEXT("[\\s\\S]*", "text"),
  LINE("[^\\x00-\\x1f\\x7f]*", "text on one line"),
  TEMPLATE("[^\\x00-\\x1f\\x7f]+", "the name of a shipped template, or a file beside this one"),
  IMAGE_NAME("[A-Za-z0-9][A-Za-z0-9.-]*", "letters, digits, dots and dashes"),
  IMAGE_VERSION("[A-Za-z0-9][A-Za-z0-9.~^-]*", "letters, digits, dots, dashes, ~ and ^"),
  HOSTNAME(
      "(?=.{1,64}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*",
      "a host name: lower-case letters, digits and dashes, dots between labels, at most 64 characters"),
  USER(
      "[a-z_][a-z0-9_-]{0,31}",
      "a lower-case letter or _, then letters, digits, - and _, at most 32 in all"),
  OWNER(
      "([a-z_][a-z0-9_-]{0,31}|[0-9]{1,9})(:([a-z_][a-z0-9_-]{0,31}|[0-9]{1,9}))?",
      "a user, or user:group, by name or number"),
  MODE("[0-7]{3,4}", "three or four octal digits, such as 0644"),
  ABSOLUTE_PATH(
      "(/(?!\\.\\.?(/|$))[^/\\x00-\\x1f\\x7f]{1,255})+",
      "an absolute path without . and .., double slashes or one at its end, each name of at most 255 bytes"),
  KEPT_PATH(
      "(/(?!\\.\\.?(/|$))[A-Za-z0-9._@+-]{1,255})+",
      "an absolute path of letters, digits and . _ @ + - without . and .., double slashes or one at its"
          + " end, each name of at most 255 bytes"),
  LOCAL_PATH("[^\\x00-\\x1f\\x7f]+", "a path below the template's folder"),
  PACKAGE(
      "[a-z0-9*?\\[][a-z0-9+.*?\\[\\]-]*(:[a-z0-9]+)?(=[0-9A-Za-z][0-9A-Za-z.+:~-]*)?",
      "a package name or a pattern, with =version to pin it"),
  PACKAGE_PATTERN(
      "[a-z0-9*?\\[][a-z0-9+.*?\\[\\]!^-]*", "a package name or a pattern such as nginx*"),
  PINNED(
      "(src:)?[a-z0-9*?\\[][a-z0-9+.*?\\[\\]!^-]*",
      "a package name or a pattern such as nginx*, with src: in front for source packages"),
  DEBCONF(
      "[a-z0-9][a-z0-9+.-]* +[!-~]+ +(boolean|multiselect|select|string|text)( [^\\x00-\\x1f\\x7f]*)?",
      "package, question, type (boolean, multiselect, select, string or text) and answer, such as"
          + " \"tzdata tzdata/Areas select Europe\""),
  UNIT(
      "[A-Za-z0-9:_.\\\\@-]+\\.(service|socket|timer|target|path|mount|automount|swap|slice)",
      "a unit name with its ending, such as nginx.service"),
  UNIT_FILE(
      "[A-Za-z0-9:_.\\\\@-]+\\.(service|socket|timer|target|path|mount|automount|swap|slice)"
          + "(\\.d/[A-Za-z0-9:_.@-]+\\.conf)?",
      "a unit name such as hello.service, or a drop-in such as ssh.service.d/limits.conf"),
  SSH_KEY("[^\\x00-\\x1f\\x7f]+", "a line of authorized_keys, such as ssh-ed25519 AAAA... me@work"),
  CRYPT(
      "\\$(y|gy|7|2[aby]|5|6)\\$[./A-Za-z0-9$,=]+",
      "a hash as crypt(5) makes it, such as openssl passwd -6 prints"),
  KERNEL_PARAMETERS(
      "[ -~]*", "kernel parameters in printable ASCII, separated by blanks, on one line"),
  KERNEL_PARAMETER("[!#-~]+(\"[ !#-~]*\")?", "one kernel parameter without blanks outside quotes"),
  MODULE("[A-Za-z0-9_./*?-]+", "a module name, or a path below kernel/ with * and ?"),
  INTERFACE("[A-Za-z0-9_.*?-]{1,15}", "an interface name or pattern of at most 15 characters"),
  ADDRESS("[0-9A-Fa-f:.]+(/[0-9]{1,3})?", "an IP address"),
  ROUTE_TARGET("default|[0-9A-Fa-f:.]+(/[0-9]{1,3})?", "default, or an IP network"),
  URL("https?://[!-~]+", "an address beginning with https:// or http://"),
  PACKAGE_URL(
      "(https?|file)://[!-\"$-~]+\\.deb(#sha256=[0-9a-f]{64})?",
      "an https://, http:// or file:// address of a .deb file, with #sha256= and its digest"),
  COMPONENT("[a-z][a-z0-9/_-]*", "a component such as main"),
  SUITE("(?!.*\\.\\.)[A-Za-z0-9][A-Za-z0-9./_-]*", "a suite or code name such as trixie"),
  SUITES(
      "(?!.*\\.\\.)[A-Za-z0-9./][A-Za-z0-9./_-]*(\\s+[A-Za-z0-9./][A-Za-z0-9./_-]*)*",
      "suites or code names such as trixie, or ./ for a flat repository"),
  LOCALE("[A-Za-z]{1,8}([_.@-][A-Za-z0-9]+)*", "a locale such as C.UTF-8 or de_DE.UTF-8"),
  GUID(
      "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
      "a GUID such as c12a7328-f81f-11d2-ba4b-00a0c93ec93b");

  private static final int LONGEST = 4096;
  private static final int LONGEST_NAME = 255;

  private final Pattern pattern;
  private final String expected;

  Syntax(String pattern, String expected) {
    this.pattern = Pattern.compile(pattern);
    this.expected = expected;
  }

  /// Whether a text that should have this form may be a secret, and so is shown nowhere.
  public boolean isSecret() {
    return this == CRYPT;
  }

  /// Whether all of a text has this form. Forms made of repeated parts are matched by recursion: they are limited to
  /// 4096 characters.
  public boolean accepts(String text) {
    return switch (this) {
      case TEXT -> true;
      case LINE, SSH_KEY, KERNEL_PARAMETERS -> matches(text);
      case TEMPLATE,
          IMAGE_NAME,
          IMAGE_VERSION,
          HOSTNAME,
          USER,
          OWNER,
          MODE,
          LOCAL_PATH,
          PACKAGE,
          PACKAGE_PATTERN,
          PINNED,
          DEBCONF,
          UNIT,
          CRYPT,
          KERNEL_PARAMETER,
          MODULE,
          INTERFACE,
          ADDRESS,
          ROUTE_TARGET,
          COMPONENT,
          SUITE,
          SUITES,
          LOCALE,
          GUID ->
          text.length() <= LONGEST && matches(text);
      case URL, PACKAGE_URL -> text.length() <= LONGEST && matches(text) && isAddress(text);
      case ABSOLUTE_PATH, KEPT_PATH, UNIT_FILE ->
          text.length() <= LONGEST && matches(text) && hasShortNames(text);
    };
  }

  /// A file system counts the bytes of a name, a regular expression its characters.
  private static boolean hasShortNames(String path) {
    return Arrays.stream(path.split("/", -1))
        .allMatch(name -> name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME);
  }

  /// Whether a text that begins like one is an address, and names a host unless it is of a file (RFC 3986).
  private static boolean isAddress(String text) {
    try {
      URI address = new URI(text);
      return address.getHost() != null || "file".equals(address.getScheme());
    } catch (URISyntaxException _) {
      return false;
    }
  }

  private boolean matches(String text) {
    return pattern.matcher(text).matches();
  }

  /// The regular expression for the whole of a text, in the dialect Java and JSON Schema share.
  public String regex() {
    return "^(" + pattern.pattern() + ")$";
  }

  /// The form in words.
  public String expected() {
    return expected;
  }
}
