package io.microvisor.packages.fetch;

import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/// Why a request brought nothing, in words, and whether time may heal it.
final class Refusal {
  private Refusal() {}

  /// What a status means that is no success.
  static Attempt status(int status, HttpHeaders headers, Limits limits) {
    String reason = "the server answers " + status + meaning(status);
    boolean passing = status == 408 || status == 425 || status == 429 || status >= 500;
    if (!passing) {
      return new Attempt.Never(reason);
    }
    Duration wait = retryAfter(headers);
    return wait.compareTo(limits.longestPause()) > 0
        ? new Attempt.Never(
            "%s; to be asked again after %d s (accepted: at most %d s)"
                .formatted(reason, wait.toSeconds(), limits.longestPause().toSeconds()))
        : new Attempt.Again(reason, wait);
  }

  /// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date, which is measured against the server's own clock.
  private static Duration retryAfter(HttpHeaders headers) {
    String value = headers.firstValue("Retry-After").orElse("").strip();
    if (value.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    Optional<Instant> until = date(value);
    Optional<Instant> now = headers.firstValue("Date").flatMap(Refusal::date);
    if (until.isEmpty() || now.isEmpty() || until.get().isBefore(now.get())) {
      return Duration.ZERO;
    }
    return Duration.between(now.get(), until.get());
  }

  private static Optional<Instant> date(String value) {
    try {
      return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value)));
    } catch (DateTimeException _) {
      return Optional
          .empty(); // One of HTTP's obsolete forms, or nonsense: as if it were not there.
    }
  }

  private static String meaning(int status) {
    return switch (status) {
      case 401 -> ", it wants a login";
      case 403 -> ", forbidden";
      case 404, 410 -> ", not found";
      case 407 -> ", the proxy wants a login";
      case 429 -> ", too many requests";
      default -> status >= 500 ? ", an error of its own" : "";
    };
  }

  /// What a failure of the network means; a certificate that is not believed will not be believed later.
  static Attempt failure(Exception e) {
    if (e instanceof Transport.FinalException) {
      return new Attempt.Never(String.valueOf(e.getMessage()));
    }
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof CertificateException
          || at instanceof CertPathValidatorException
          || at instanceof CertPathBuilderException) {
        return new Attempt.Never("its certificate is not believed: " + root(at));
      }
    }
    return new Attempt.Again(describe(e));
  }

  static String describe(Exception e) {
    return switch (e) {
      case HttpConnectTimeoutException _ -> "no connection in time";
      case HttpTimeoutException timeout -> String.valueOf(timeout.getMessage());
      case ProtocolException _ -> "no proper HTTP: " + root(e);
      case UnknownHostException _ -> "no connection: the host is not known";
      case ConnectException _ ->
          isUnresolved(e)
              ? "no connection: the host is not known"
              : "no connection: " + (isRefused(e) ? "refused" : root(e));
      case ClosedChannelException _ -> "the connection was closed";
      default -> root(e);
    };
  }

  private static boolean isUnresolved(Throwable e) {
    Throwable at = deepest(e);
    return at instanceof UnresolvedAddressException || at instanceof UnknownHostException;
  }

  private static Throwable deepest(Throwable e) {
    Throwable at = e;
    while (at.getCause() != null) {
      at = at.getCause();
    }
    return at;
  }

  /// The runtime's client says no more of a port that nobody listens on.
  private static boolean isRefused(Throwable e) {
    return deepest(e) instanceof ClosedChannelException;
  }

  private static String root(Throwable e) {
    Throwable at = e;
    while (at.getCause() != null && at.getMessage() == null) {
      at = at.getCause();
    }
    return at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
  }
}
