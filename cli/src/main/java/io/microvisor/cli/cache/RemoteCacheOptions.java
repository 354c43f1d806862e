package io.microvisor.cli.cache;

import io.microvisor.bytes.Logins;
import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.plan.PublicKey;
import io.microvisor.compose.remote.RemoteResults.Access;
import io.microvisor.compose.remote.SigningKey;
import io.microvisor.compose.remote.Trust;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// The cache that several machines share: `--remote-cache`, else `EMT_REMOTE_CACHE`.
public final class RemoteCacheOptions {
  static final String ADDRESS = "EMT_REMOTE_CACHE";
  static final String MODE = "EMT_REMOTE_CACHE_MODE";
  static final String KEY = "EMT_REMOTE_CACHE_KEY";
  static final String SIGNING_KEY = "EMT_REMOTE_CACHE_SIGNING_KEY";
  static final String INSECURE = "EMT_REMOTE_CACHE_INSECURE";

  private static final String NONE = "none";
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]", Pattern.CASE_INSENSITIVE);

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
      converter = ModeConverter.class,
      description =
          "read, or read-write to give others what is made here (default: EMT_REMOTE_CACHE_MODE,"
              + " else read).")
  private Optional<Mode> mode = Optional.empty();

  @Option(
      names = "--remote-cache-key",
      paramLabel = "KEY",
      description =
          "Believe what this key signed, as \"emt cache key\" prints it; may be given more than once (default:"
              + " EMT_REMOTE_CACHE_KEY, with blanks between several).")
  private List<String> keys = List.of();

  @Option(
      names = "--remote-cache-signing-key",
      paramLabel = "FILE",
      description =
          "Sign what is written with the key in this file, and believe it, too (default: EMT_REMOTE_CACHE_SIGNING_KEY).")
  private Optional<String> signingKey = Optional.empty();

  @Option(
      names = "--remote-cache-insecure",
      description =
          "Allow plain http, and without any key believe whatever is there, whoever wrote it (default:"
              + " EMT_REMOTE_CACHE_INSECURE=true).")
  private boolean insecure;

  /// A cache, whose entries are believed, and what may be done with it.
  public record Remote(URI address, Trust trust, Access access) {
    /// Without the login that may be in the address.
    @Override
    public String toString() {
      String login = address.getRawUserInfo();
      String shown = address.toString();
      String who =
          switch (trust) {
            case Trust.Keys(List<PublicKey> keys) ->
                keys.stream().map(PublicKey::toString).collect(Collectors.joining(" or "));
            case Trust.Anyone() -> "anyone";
          };
      return "%s (%s, believing %s)"
          .formatted(login == null ? shown : shown.replace(login + "@", ""), word(access), who);
    }

    private static String word(Access access) {
      return switch (access) {
        case Access.Read() -> Mode.READ.word;
        case Access.Write _, Access.WriteUnsigned() -> Mode.READ_WRITE.word;
      };
    }
  }

  /// What may be done with a cache, as it is asked for.
  enum Mode {
    READ("read"),
    READ_WRITE("read-write");

    private final String word;

    Mode(String word) {
      this.word = word;
    }

    static Mode of(String word) {
      for (Mode mode : values()) {
        if (mode.word.equals(word)) {
          return mode;
        }
      }
      throw new IllegalArgumentException("\"" + word + "\" (expected: read or read-write)");
    }
  }

  /// The cache to use, if there is one.
  public Optional<Remote> remote(Terminal terminal) throws IOException, FailureException {
    String subject = address.isPresent() ? "--remote-cache " : ADDRESS + "=";
    Optional<String> wanted = address.or(() -> terminal.variable(ADDRESS));
    if (wanted.isEmpty() || wanted.get().equals(NONE)) {
      checkNothingElse(wanted.isEmpty() ? "without --remote-cache" : "with " + subject + NONE);
      return Optional.empty();
    }
    URI parsed = parse(subject, wanted.get());
    boolean anything = insecure || isTrue(terminal, INSECURE);
    if (!anything
        && "http".equalsIgnoreCase(parsed.getScheme())
        && !LOOPBACK.matcher(parsed.getHost()).matches()) {
      throw new FailureException(
          ExitCode.USAGE,
          "remote cache: plain http to "
              + parsed.getHost()
              + " (expected: https; --remote-cache-insecure, if whoever is on the way may see and hold back all of it)");
    }
    Optional<SigningKey> signing = signing(terminal);
    List<PublicKey> trusted = new ArrayList<>(trusted(terminal));
    signing
        .map(SigningKey::publicKey)
        .filter(own -> !trusted.contains(own))
        .ifPresent(trusted::add);
    if (trusted.isEmpty() && !anything) {
      throw new FailureException(
          ExitCode.USAGE,
          "remote cache: no key to check its entries by (expected: --remote-cache-key; --remote-cache-insecure, if"
              + " whoever can write there may decide what is built here)");
    }
    Trust trust = trusted.isEmpty() ? new Trust.Anyone() : new Trust.Keys(trusted);
    return Optional.of(new Remote(parsed, trust, access(terminal, signing, anything)));
  }

  /// Options that say how to use a cache make no sense without one.
  private void checkNothingElse(String where) throws FailureException {
    String option =
        !keys.isEmpty()
            ? "--remote-cache-key"
            : signingKey.isPresent()
                ? "--remote-cache-signing-key"
                : mode.isPresent()
                    ? "--remote-cache-mode"
                    : insecure ? "--remote-cache-insecure" : "";
    if (!option.isEmpty()) {
      throw new FailureException(
          ExitCode.USAGE, option + " " + where + " (expected: the address of a cache)");
    }
  }

  /// The cache that the environment names, if it does.
  static Optional<Remote> ofEnvironment(Terminal terminal) throws IOException, FailureException {
    return new RemoteCacheOptions().remote(terminal);
  }

  private Access access(Terminal terminal, Optional<SigningKey> signing, boolean insecure)
      throws FailureException {
    return switch (mode.isPresent() ? mode.get() : mode(terminal)) {
      case READ -> new Access.Read();
      case READ_WRITE -> {
        if (signing.isEmpty() && !insecure) {
          throw new FailureException(
              ExitCode.USAGE,
              "remote cache: no key to sign with (expected: --remote-cache-signing-key, for a mode of read-write)");
        }
        yield signing.<Access>map(Access.Write::new).orElseGet(Access.WriteUnsigned::new);
      }
    };
  }

  private static Mode mode(Terminal terminal) throws FailureException {
    Optional<String> word = terminal.variable(MODE);
    try {
      return word.isPresent() ? Mode.of(word.get()) : Mode.READ;
    } catch (IllegalArgumentException e) {
      throw new FailureException(ExitCode.USAGE, MODE + ": " + e.getMessage());
    }
  }

  private static boolean isTrue(Terminal terminal, String variable) throws FailureException {
    return switch (terminal.variable(variable).orElse("false")) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default ->
          throw new FailureException(ExitCode.USAGE, variable + ": (expected: true or false)");
    };
  }

  private List<PublicKey> trusted(Terminal terminal) throws FailureException {
    String subject = keys.isEmpty() ? KEY : "--remote-cache-key";
    List<String> words =
        keys.isEmpty()
            ? terminal
                .variable(KEY)
                .map(all -> List.of(all.strip().split("\\s+")))
                .orElse(List.of())
            : keys;
    List<PublicKey> parsed = new ArrayList<>();
    for (String word : words) {
      try {
        parsed.add(PublicKey.parse(word));
      } catch (IllegalArgumentException e) {
        throw new FailureException(ExitCode.USAGE, subject + ": " + e.getMessage());
      }
    }
    return parsed;
  }

  private Optional<SigningKey> signing(Terminal terminal) throws IOException {
    Optional<String> file = signingKey.or(() -> terminal.variable(SIGNING_KEY));
    return file.isEmpty()
        ? Optional.empty()
        : Optional.of(KeyFile.read(terminal.workingDirectory().resolve(file.get())));
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
        ExitCode.USAGE,
        subject
            + Logins.hiddenInRefused(text)
            + ": no address (expected: such as https://HOST/emt)");
  }

  /// Modes as options.
  static final class ModeConverter implements ITypeConverter<Mode> {
    @Override
    public Mode convert(String text) {
      try {
        return Mode.of(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
