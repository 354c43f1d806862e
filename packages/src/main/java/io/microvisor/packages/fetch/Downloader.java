package io.microvisor.packages.fetch;

import static java.util.stream.Collectors.toMap;

import io.microvisor.store.DownloadedFiles;
import io.microvisor.store.Partial;
import io.microvisor.store.Store;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/// Downloads files of known digest into the store, many at a time, a few per host; see the package for its promises.
public final class Downloader implements Closeable {
  /// How to wait: [Thread#sleep(Duration)] outside tests.
  @FunctionalInterface
  public interface Pause {
    /// Returns when `duration` has passed.
    void of(Duration duration) throws InterruptedException;
  }

  /// An attempt that brought so many bytes was worth it: slow and flaky lines get to the end, too.
  private static final long PROGRESS = 1 << 20;

  private static final String OFFLINE = "not asked, because of --offline";

  private final Network network;
  private final Limits limits;
  private final DownloadedFiles files;
  private final Pause pause;
  private final Transport transport;
  private final Map<String, Semaphore> hosts = new ConcurrentHashMap<>();
  private final Set<String> unreachable = ConcurrentHashMap.newKeySet();

  /// A downloader into a store, which stays the caller's.
  public Downloader(Network network, Store store, Pause pause) {
    this.network = network;
    this.limits = network.limits();
    this.files = store.files();
    this.pause = pause;
    this.transport = new Transport(network);
  }

  /// Gets all files that are not in the store yet. A failure does not stop the others, so that what could be had is
  /// there for the next attempt.
  ///
  /// @return where the files are, in the order they were asked for
  /// @throws DownloadException if some could not be had, with all of them and each reason
  /// @throws io.microvisor.bytes.files.FullDiskException before anything is asked for, if there is no room for all
  /// @throws IOException if the store cannot be written
  public List<Path> fetch(List<Download> wanted, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    files.checkRoom(wanted.stream().collect(toMap(Download::digest, Download::size, Math::max)));
    Map<Download, Future<Fetched>> running = new LinkedHashMap<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        wanted.stream()
            .distinct()
            .sorted(Comparator.comparingLong(Download::size).reversed())
            .forEach(one -> running.put(one, executor.submit(() -> fetch(one, listener))));
        List<Path> paths = new ArrayList<>();
        List<DownloadException.Failure> failures = new ArrayList<>();
        for (Download one : wanted) {
          switch (result(Objects.requireNonNull(running.get(one)))) {
            case Fetched.Here(Path path) -> paths.add(path);
            case Fetched.Nowhere(DownloadException.Failure failure) -> failures.add(failure);
          }
        }
        if (!failures.isEmpty()) {
          throw new DownloadException(failures, wanted.size());
        }
        return paths;
      } finally {
        executor.shutdownNow();
      }
    }
  }

  /// A small file of unknown digest, such as `InRelease`, as it is now; passing failures are tried again.
  ///
  /// @param limit the most bytes that are accepted
  /// @param known what an earlier answer said about itself, so that the server can say "unchanged"
  /// @throws DownloadException if it could not be had for another reason than that it is not there
  public Small small(String subject, URI address, int limit, Validators known)
      throws IOException, InterruptedException {
    if (!reaches(address)) {
      throw new DownloadException(
          List.of(
              new DownloadException.Failure(
                  subject, List.of(new DownloadException.Attempt(address, OFFLINE)))),
          1);
    }
    InMemoryTransfer transfer = new InMemoryTransfer(transport, limits, address, limit, known);
    for (int attempt = 1; ; attempt++) {
      Duration wait;
      try {
        return slot(address, transfer::run);
      } catch (InMemoryTransfer.FailedException e) {
        if (!e.isPassing() || attempt >= mostAttempts(address)) {
          if (e.isPassing()) {
            unreachable.add(Addresses.host(address));
          }
          var failed = new DownloadException.Attempt(address, String.valueOf(e.getMessage()));
          throw new DownloadException(
              List.of(new DownloadException.Failure(subject, List.of(failed))), 1);
        }
        wait = longer(e.pause(), limits.pauseAfter(attempt));
      }
      pause.of(wait);
    }
  }

  /// Whether an address may be asked: all may, or, offline, those of this machine.
  public boolean reaches(URI address) {
    return network.reaches(address);
  }

  /// What came of one download.
  private sealed interface Fetched {
    record Here(Path path) implements Fetched {}

    record Nowhere(DownloadException.Failure failure) implements Fetched {}
  }

  private static Fetched result(Future<Fetched> future) throws IOException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw new IOException(String.valueOf(io.getMessage()), io);
        case InterruptedException _ -> throw new InterruptedException();
        case RuntimeException bug -> throw new IllegalStateException(bug);
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  private Fetched fetch(Download download, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    Optional<Path> here = files.path(download.digest());
    if (here.isPresent()) {
      listener.accept(new DownloadEvent.Reused(download, here.get()));
      return new Fetched.Here(here.get());
    }
    try (Partial partial = files.partial(download.digest())) {
      // Another thread or process may have finished it while we waited for the partial file.
      here = files.path(download.digest());
      if (here.isPresent()) {
        listener.accept(new DownloadEvent.Reused(download, here.get()));
        return new Fetched.Here(here.get());
      }
      List<DownloadException.Attempt> failed = new ArrayList<>();
      List<URI> left = new ArrayList<>(download.addresses());
      while (!left.isEmpty()) {
        URI address = left.remove(next(left));
        Attempt outcome = fetch(download, address, partial, listener);
        if (outcome instanceof Attempt.Done(Path path)) {
          listener.accept(new DownloadEvent.Finished(download, path));
          return new Fetched.Here(path);
        }
        failed.add(new DownloadException.Attempt(address, reason(outcome)));
      }
      var failure = new DownloadException.Failure(download.subject(), failed);
      listener.accept(new DownloadEvent.Failed(download, failure.toString()));
      return new Fetched.Nowhere(failure);
    }
  }

  /// The next address to try: the first whose host is not known to fail, if there is one.
  private int next(List<URI> addresses) {
    for (int i = 0; i < addresses.size(); i++) {
      if (!unreachable.contains(Addresses.host(addresses.get(i)))) {
        return i;
      }
    }
    return 0;
  }

  /// A host that failed all attempts of one file gets a single one for others.
  private int mostAttempts(URI address) {
    return unreachable.contains(Addresses.host(address)) ? 1 : limits.attempts();
  }

  /// Tries one address as often as it deserves.
  private Attempt fetch(
      Download download, URI address, Partial partial, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    if (!reaches(address)) {
      return new Attempt.Never(OFFLINE);
    }
    Transfer transfer = new Transfer(transport, limits, download, address, partial, listener);
    boolean anew = false;
    int attempt = 1;
    while (true) {
      long before = partial.size();
      Attempt outcome = slot(address, transfer::run);
      switch (outcome) {
        case Attempt.Done _, Attempt.Never _ -> {
          return outcome;
        }
        case Attempt.Anew(String reason) -> {
          if (anew) {
            return outcome;
          }
          anew = true;
          listener.accept(new DownloadEvent.Retrying(download, address, reason, Duration.ZERO));
        }
        case Attempt.Again(String reason, Duration asked) -> {
          if (partial.size() - before >= PROGRESS) {
            attempt = 1;
          } else if (attempt >= mostAttempts(address)) {
            unreachable.add(Addresses.host(address));
            return outcome;
          }
          Duration wait = longer(asked, limits.pauseAfter(attempt));
          attempt++;
          listener.accept(new DownloadEvent.Retrying(download, address, reason, wait));
          pause.of(wait);
        }
      }
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static String reason(Attempt outcome) {
    return switch (outcome) {
      case Attempt.Again(String reason, Duration _) -> reason;
      case Attempt.Anew(String reason) -> reason;
      case Attempt.Never(String reason) -> reason;
      case Attempt.Done(Path path) -> throw new IllegalStateException("done: " + path);
    };
  }

  /// Work that may block on the network.
  @FunctionalInterface
  private interface Work<T> {
    T run() throws IOException, InterruptedException;
  }

  private <T> T slot(URI address, Work<T> work) throws IOException, InterruptedException {
    Semaphore slots =
        hosts.computeIfAbsent(
            Addresses.host(address), _ -> new Semaphore(limits.connectionsPerHost(), true));
    slots.acquire();
    try {
      return work.run();
    } finally {
      slots.release();
    }
  }

  /// Gives up whatever is still running.
  @Override
  public void close() {
    transport.close();
  }
}
