package io.microvisor.cli;

import io.microvisor.compose.plan.RemoteResults.Access;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/// The cache that several machines share: `--remote-cache`, else `EMT_REMOTE_CACHE`.
final class RemoteCacheOptions {
  static final String ADDRESS = "EMT_REMOTE_CACHE";
  static final String MODE = "EMT_REMOTE_CACHE_MODE";

  private static final String NONE = "none";

  @Option(
      names = "--remote-cache",
      paramLabel = "URL",
      description = {
        "Take what other machines made from this web server (Bazel's HTTP cache, or WebDAV), or \"none\" (default:"
            + " EMT_REMOTE_CACHE)."
      })
  private Optional<String> address = Optional.empty();

  @Option(
      names = "--remote-cache-mode",
      paramLabel = "MODE",
      converter = Mode.class,
      description =
          "read, or read-write to give others what is made here (default: EMT_REMOTE_CACHE_MODE,"
              + " else read).")
  private Optional<Access> access = Optional.empty();

  /// A cache and what may be done with it.
  record Remote(URI address, Access access) {
    /// Without the login that may be in the address.
    @Override
    public String toString() {
      String login = address.getRawUserInfo();
      String shown = address.toString();
      return (login == null ? shown : shown.replace(login + "@", "")) + " (" + word(access) + ")";
    }
  }

  /// The cache to use, if there is one.
  Optional<Remote> remote(Terminal terminal) throws FailureException {
    return remote(terminal, address, access);
  }

  /// The cache that the environment names, if it does.
  static Optional<Remote> ofEnvironment(Terminal terminal) throws FailureException {
    return remote(terminal, Optional.empty(), Optional.empty());
  }

  private static Optional<Remote> remote(
      Terminal terminal, Optional<String> address, Optional<Access> access)
      throws FailureException {
    String subject = address.isPresent() ? "--remote-cache " : ADDRESS + "=";
    Optional<String> wanted = address.or(() -> terminal.variable(ADDRESS));
    if (wanted.isEmpty() || wanted.get().equals(NONE)) {
      return Optional.empty();
    }
    return Optional.of(
        new Remote(
            parse(subject, wanted.get()), access.isPresent() ? access.get() : accessOf(terminal)));
  }

  private static Access accessOf(Terminal terminal) throws FailureException {
    Optional<String> word = terminal.variable(MODE);
    try {
      return word.isPresent() ? access(word.get()) : Access.READ;
    } catch (IllegalArgumentException e) {
      throw new FailureException(ExitCode.USAGE, MODE + ": " + e.getMessage());
    }
  }

  private static URI parse(String subject, String text) throws FailureException {
    try {
      URI address = new URI(text);
      String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
      if (List.of("http", "https").contains(scheme)
          && address.getHost() != null
          && address.getRawQuery() == null
          && address.getRawFragment() == null) {
        return address;
      }
    } catch (URISyntaxException _) {
      // Said below, as for every other text that is no address.
    }
    throw new FailureException(
        ExitCode.USAGE, subject + text + ": no address (expected: such as https://HOST/emt)");
  }

  private static Access access(String word) {
    for (Access access : Access.values()) {
      if (word(access).equals(word)) {
        return access;
      }
    }
    throw new IllegalArgumentException("\"" + word + "\" (expected: read or read-write)");
  }

  private static String word(Access access) {
    return switch (access) {
      case READ -> "read";
      case READ_WRITE -> "read-write";
    };
  }

  /// Modes as options.
  static final class Mode implements ITypeConverter<Access> {
    @Override
    public Access convert(String text) {
      return access(text);
    }
  }
}
