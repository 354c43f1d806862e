package io.microvisor.compose.remote;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.compose.plan.Origin;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.PublicKey;
import io.microvisor.compose.plan.SharedResults;
import io.microvisor.compose.plan.StepResult;
import io.microvisor.packages.fetch.HttpCache;
import io.microvisor.packages.fetch.HttpCache.WrongSizeException;
import io.microvisor.packages.fetch.Network;
import io.microvisor.store.Actions;
import io.microvisor.store.Ingest;
import io.microvisor.store.OtherDigestException;
import io.microvisor.store.Partial;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Step results in an [HttpCache].
///
/// An entry counts if it makes sense and someone vouches for it who is trusted ([Trust]); what it names counts if it has its
/// digest. Nothing that goes wrong there goes wrong here: an entry that makes no sense, or names a content that is missing or is
/// another than its digest says, counts as none; and after a failure of the network or a refusal nothing is asked for any
/// more. The first trouble is told, once.
public final class RemoteResults implements SharedResults, AutoCloseable {
  private final HttpCache cache;
  private final Trust trust;
  private final Store store;
  private final Consumer<String> warnings;
  private final Uploads uploads;
  private final AtomicBoolean warned = new AtomicBoolean();
  private volatile boolean reading = true;

  /// What may be done with the cache.
  public sealed interface Access {
    /// Nothing is written.
    record Read() implements Access {}

    /// What is made here is written, and signed.
    record Write(SigningKey key) implements Access {}

    /// What is made here is written, and nobody can tell by whom.
    record WriteUnsigned() implements Access {}
  }

  /// @param address of the cache
  /// @param network how to reach it, but for the limits
  /// @param trust whose entries are believed
  /// @param warnings told what is wrong with the cache, at most once
  public static RemoteResults of(
      URI address,
      Network network,
      Trust trust,
      Access access,
      Store store,
      Consumer<String> warnings) {
    return new RemoteResults(
        new HttpCache(address, network.withLimits(HttpCache.FOR_ASKING)),
        new HttpCache(address, network.withLimits(HttpCache.FOR_TELLING)),
        trust,
        access,
        store,
        warnings);
  }

  RemoteResults(
      HttpCache asked,
      HttpCache told,
      Trust trust,
      Access access,
      Store store,
      Consumer<String> warnings) {
    this.cache = asked;
    this.trust = trust;
    this.store = store;
    this.warnings = warnings;
    this.uploads = new Uploads(told, trust, access, store, this::warn);
  }

  /// Where what a build finds in its store may have come from, if it trusts these and uses this cache.
  ///
  /// @param address of the cache; the login that may be in it is left out
  public static List<Origin> origins(Trust trust, URI address) {
    return switch (trust) {
      case Trust.Keys(List<PublicKey> keys) ->
          keys.stream().map(key -> (Origin) new Origin.Signed(key)).toList();
      case Trust.Anyone() -> List.of(new Origin.Unsigned(HttpCache.shown(address)));
    };
  }

  @Override
  public List<Origin> believed() {
    return origins(trust, cache.address());
  }

  private Origin origin(SharedEntry.Signed entry) {
    return entry
        .signer()
        .<Origin>map(Origin.Signed::new)
        .orElseGet(() -> new Origin.Unsigned(cache.toString()));
  }

  private void warn(String what) {
    if (warned.compareAndSet(false, true)) {
      warnings.accept("remote cache " + cache + ": " + what);
    }
  }

  /// Ends all reading and writing.
  ///
  /// @throws InterruptedException if it was not the cache that failed, but the build was cancelled
  private void giveUp(IOException e) throws InterruptedException {
    if (e instanceof ClosedByInterruptException || Thread.currentThread().isInterrupted()) {
      InterruptedException cancelled = new InterruptedException(e.getMessage());
      cancelled.initCause(e);
      throw cancelled;
    }
    reading = false;
    uploads.giveUp();
    warn(HttpCache.reason(e) + "; the build goes on without it");
  }

  @Override
  public Optional<Fetched> fetch(Digest key) throws IOException, InterruptedException {
    Optional<SharedEntry.Signed> found = signed(key);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    SharedEntry entry = found.get().entry();
    List<SharedEntry.Need> missing = new ArrayList<>();
    for (SharedEntry.Need need : entry.needs()) {
      if (!isHere(need)) {
        missing.add(need);
      }
    }
    if (!fetchAll(missing)) {
      uploads.areWrong(key); // To be replaced, with what it names.
      return Optional.empty();
    }
    uploads.areThere(entry.needs());
    long bytes = missing.stream().mapToLong(SharedEntry.Need::size).sum();
    return Optional.of(new Fetched(new StepResult(entry.outputs(), origin(found.get())), bytes));
  }

  @Override
  public Optional<Outputs> forecast(Digest key) throws InterruptedException {
    Optional<SharedEntry> entry = signed(key).map(SharedEntry.Signed::entry);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    try {
      for (SharedEntry.Need need : entry.get().needs()) {
        boolean here = need.size() == 0 || isHere(need);
        if (!here && !(reading && cache.hasContent(need.digest()))) {
          return Optional.empty();
        }
      }
      return entry.map(SharedEntry::outputs);
    } catch (IOException e) {
      giveUp(e);
      return Optional.empty();
    }
  }

  private Optional<SharedEntry.Signed> signed(Digest key) throws InterruptedException {
    if (!reading) {
      return Optional.empty();
    }
    try {
      Optional<byte[]> value = cache.action(key, Actions.LARGEST_VALUE);
      return value.isEmpty()
          ? Optional.empty()
          : Optional.of(SharedEntry.parse(key, value.get(), trust));
    } catch (FormatException | WrongSizeException | SharedEntry.UntrustedException e) {
      warn("the entry " + key.hex() + " is of no use: " + e.getMessage());
      uploads.areWrong(key);
      return Optional.empty();
    } catch (IOException e) {
      giveUp(e);
      return Optional.empty();
    }
  }

  private boolean isHere(SharedEntry.Need need) {
    return switch (need.part()) {
      case FILE -> store.files().path(need.digest()).isPresent();
      case CONTENT -> store.contents().find(need.digest()).isPresent();
    };
  }

  /// Gets contents, several at a time.
  ///
  /// @return whether all of them are here now
  private boolean fetchAll(List<SharedEntry.Need> needs) throws IOException, InterruptedException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> running = new ArrayList<>();
      needs.forEach(need -> running.add(threads.submit(() -> fetchOne(need))));
      try {
        boolean all = true;
        for (Future<Boolean> each : running) {
          all &= each.get();
        }
        return all;
      } catch (ExecutionException e) {
        throw new IOException("taking what the remote cache has: " + e.getMessage(), e);
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private boolean fetchOne(SharedEntry.Need need) throws IOException, InterruptedException {
    if (!reading) {
      return false;
    }
    try {
      return switch (need.part()) {
        case FILE -> fetchFile(need);
        case CONTENT -> fetchContent(need);
      };
    } catch (OtherDigestException | WrongSizeException e) {
      warn(e.getMessage() + "; it is made here instead");
      uploads.areWrong(need.digest());
      return false;
    } catch (IOException e) {
      if (FullDiskException.behind(e).isPresent()) {
        throw e; // Of ours: the remote cache has done nothing wrong.
      }
      giveUp(e);
      return false;
    }
  }

  private boolean fetchFile(SharedEntry.Need need) throws IOException, InterruptedException {
    try (Partial partial = store.files().partial(need.digest())) {
      if (store.files().path(need.digest()).isPresent()) {
        return true; // Someone else got it while we waited.
      }
      partial.keep(0);
      boolean whole = false;
      try {
        boolean there =
            need.size() == 0 || cache.content(need.digest(), need.size(), partial::write);
        if (there) {
          partial.commit();
        }
        whole = true;
        return there;
      } finally {
        if (!whole) {
          partial.keep(0);
        }
      }
    }
  }

  private boolean fetchContent(SharedEntry.Need need) throws IOException, InterruptedException {
    try (Ingest ingest = store.contents().ingest()) {
      boolean there = need.size() == 0 || cache.content(need.digest(), need.size(), ingest::write);
      if (there) {
        ingest.commitAs(need.digest());
      }
      return there;
    }
  }

  @Override
  public void offer(Digest key, Outputs outputs) {
    uploads.offer(key, outputs);
  }

  /// Waits until all that was offered is there, or cannot be brought there.
  ///
  /// @return how many results went there, and how many bytes of them
  public Uploads.Sent finish() throws InterruptedException {
    return uploads.finish();
  }

  /// Gives up what is not there yet.
  @Override
  public void close() {
    uploads.close();
    cache.close();
  }

  /// The bytes of a content that outputs name.
  static Optional<ByteSource> bytes(Store store, SharedEntry.Need need) throws IOException {
    return switch (need.part()) {
      case FILE -> store.files().find(need.digest());
      case CONTENT -> store.contents().find(need.digest());
    };
  }
}
