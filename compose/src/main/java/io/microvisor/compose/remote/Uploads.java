package io.microvisor.compose.remote;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.compose.plan.Artifact;
import io.microvisor.compose.plan.Origin;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.packages.fetch.HttpCache;
import io.microvisor.store.Actions;
import io.microvisor.store.Store;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Brings step results to a shared cache while the build goes on: everything that a result names first, the entry that
/// names it last, so that whoever finds an entry finds the rest.
///
/// What is known to be there is remembered in the store; a result that could not be brought there is brought by the next
/// build that uses it.
public final class Uploads {
  /// How long a finished build waits for what is still on its way.
  static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  private final HttpCache cache;
  private final Trust trust;
  private final RemoteResults.Access access;
  private final Store store;
  private final Consumer<String> warnings;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<Digest> there = ConcurrentHashMap.newKeySet();
  private final Set<Digest> wrong = ConcurrentHashMap.newKeySet();
  private final AtomicInteger results = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean writing;

  /// What was brought there.
  ///
  /// @param results how many entries
  /// @param bytes of the contents that were not there before
  public record Sent(int results, long bytes) {}

  Uploads(
      HttpCache cache,
      Trust trust,
      RemoteResults.Access access,
      Store store,
      Consumer<String> warnings) {
    this.cache = cache;
    this.trust = trust;
    this.access = access;
    this.store = store;
    this.warnings = warnings;
    this.writing =
        switch (access) {
          case RemoteResults.Access.Read() -> false;
          case RemoteResults.Access.Write _, RemoteResults.Access.WriteUnsigned() -> true;
        };
  }

  /// These need not be brought there.
  void areThere(Collection<SharedEntry.Need> needs) {
    needs.forEach(need -> there.add(need.digest()));
  }

  /// What is there under this digest or key must be replaced.
  void areWrong(Digest digest) {
    wrong.add(digest);
  }

  void giveUp() {
    writing = false;
  }

  void offer(Digest key, Outputs outputs) {
    if (writing) {
      var _ = threads.submit(() -> bring(key, outputs));
    }
  }

  private Void bring(Digest key, Outputs outputs) throws InterruptedException {
    try {
      boolean isKnown = !wrong.contains(key) && isRemembered(key);
      if (writing && !isKnown) {
        if (wrong.contains(key) || !isBelievable(key)) {
          SharedEntry entry = entry(key, outputs);
          for (SharedEntry.Need need : entry.needs()) {
            bring(need);
          }
          cache.putAction(key, bytes(entry));
          results.incrementAndGet();
        }
        remember(key);
      }
    } catch (IOException e) {
      if (writing) {
        giveUp();
        warnings.accept(HttpCache.reason(e) + "; results are not sent there any more");
      }
    }
    return null;
  }

  /// Whether there is an entry that others believe, if they trust those whom we trust.
  private boolean isBelievable(Digest key) throws IOException, InterruptedException {
    try {
      Optional<byte[]> there = cache.action(key, Actions.LARGEST_VALUE);
      if (there.isPresent()) {
        var _ = SharedEntry.parse(key, there.get(), trust);
      }
      return there.isPresent();
    } catch (FormatException | HttpCache.WrongSizeException | SharedEntry.UntrustedException _) {
      return false; // It is replaced.
    }
  }

  private byte[] bytes(SharedEntry entry) {
    return switch (access) {
      case RemoteResults.Access.Write(SigningKey key) -> entry.toBytes(key);
      case RemoteResults.Access.Read(), RemoteResults.Access.WriteUnsigned() -> entry.toBytes();
    };
  }

  private boolean isRemembered(Digest key) throws IOException {
    return store.actions().find(memory(key)).isPresent();
  }

  private void remember(Digest key) throws IOException {
    store.actions().put(memory(key), new byte[0]);
  }

  private Digest memory(Digest key) {
    String origins =
        RemoteResults.origins(trust, cache.address()).stream()
            .map(Origin::name)
            .collect(Collectors.joining(" "));
    return Digest.sha256("shared result 2\0%s\0%s\0%s".formatted(cache, origins, key.hex()));
  }

  private void bring(SharedEntry.Need need) throws IOException, InterruptedException {
    Digest digest = need.digest();
    if (need.size() == 0 || there.contains(digest)) {
      return;
    }
    if (!writing) {
      throw new IOException("given up");
    }
    if (wrong.contains(digest) || !cache.hasContent(digest)) {
      ByteSource content =
          RemoteResults.bytes(store, need)
              .orElseThrow(() -> new IOException(digest + ": no longer in the store"));
      cache.putContent(digest, content);
      bytes.addAndGet(need.size());
    }
    there.add(digest);
  }

  /// Everything that outputs name and no archive has: blobs, trees, and those files of the trees that steps made.
  private SharedEntry entry(Digest key, Outputs outputs) throws IOException {
    SequencedMap<String, SharedEntry.Need> needs = new LinkedHashMap<>();
    for (Artifact artifact : outputs.byName().values()) {
      switch (artifact) {
        case Artifact.Blob blob ->
            add(needs, new SharedEntry.Need(SharedEntry.Part.FILE, blob.identity(), blob.size()));
        case Artifact.Tree tree -> {
          content(needs, tree.identity());
          for (FileTree.Entry each :
              (Iterable<FileTree.Entry>) tree.read(store.contents()).entries()::iterator) {
            if (each.inode() instanceof Inode.RegularFile file) {
              content(needs, file.content());
            }
          }
        }
        case Artifact.Text _ -> {}
      }
    }
    return new SharedEntry(key, new ArrayList<>(needs.values()), outputs);
  }

  private void content(SequencedMap<String, SharedEntry.Need> needs, Digest digest) {
    Optional<ByteSource> kept = store.contents().find(digest);
    kept.ifPresent(source ->
        add(needs, new SharedEntry.Need(SharedEntry.Part.CONTENT, digest, source.size())));
  }

  private static void add(SequencedMap<String, SharedEntry.Need> needs, SharedEntry.Need need) {
    needs.putIfAbsent(need.part() + " " + need.digest(), need);
  }

  Sent finish() throws InterruptedException {
    threads.shutdown();
    if (!threads.awaitTermination(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS) && writing) {
      giveUp();
      warnings.accept(
          "results are still on their way after %d minutes; they are left to the next build"
              .formatted(LONGEST_WAIT.toMinutes()));
    }
    return new Sent(results.get(), bytes.get());
  }

  void close() {
    giveUp();
    threads.shutdownNow();
    cache.close();
    threads.close();
  }
}
