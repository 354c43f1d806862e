package io.microvisor.cli.cache;

import io.microvisor.bytes.ByteSize;
import io.microvisor.cli.terminal.Progress;
import io.microvisor.compose.plan.BuildEvent;
import io.microvisor.compose.plan.SharedResults;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.remote.RemoteResults;
import io.microvisor.compose.remote.Uploads;
import io.microvisor.packages.fetch.Network;
import io.microvisor.store.Store;
import java.util.List;
import java.util.Optional;

/// The remote cache of one build, if there is one.
public final class RemoteCache implements AutoCloseable {
  private static final StepId ID = new StepId("remote cache");

  private final Optional<RemoteResults> results;
  private final SharedResults otherwise;
  private final Progress shown;

  private RemoteCache(Optional<RemoteResults> results, SharedResults otherwise, Progress shown) {
    this.results = results;
    this.otherwise = otherwise;
    this.shown = shown;
  }

  public static RemoteCache open(
      Optional<RemoteCacheOptions.Remote> remote, Network network, Store store, Progress shown) {
    return new RemoteCache(
        remote.map(wanted ->
            RemoteResults.of(
                wanted.address(),
                network,
                wanted.trust(),
                wanted.access(),
                store,
                what -> shown.accept(new BuildEvent.Warned(ID, what)))),
        SharedResults.NONE,
        shown);
  }

  /// The same cache where no host may be asked: what was taken from it before is as good as it was.
  public static RemoteCache offline(Optional<RemoteCacheOptions.Remote> remote, Progress shown) {
    return new RemoteCache(
        Optional.empty(),
        SharedResults.fetchedBefore(
            remote
                .map(wanted -> RemoteResults.origins(wanted.trust(), wanted.address()))
                .orElse(List.of())),
        shown);
  }

  /// What a build asks.
  public SharedResults results() {
    return results.map(SharedResults.class::cast).orElse(otherwise);
  }

  /// Waits until others can have what was made, and says so.
  public void finish() throws InterruptedException {
    if (results.isPresent()) {
      Uploads.Sent sent = results.get().finish();
      if (sent.results() > 0) {
        shown.say(
            "sent %d results to the remote cache, %s"
                .formatted(sent.results(), new ByteSize(sent.bytes())));
      }
    }
  }

  @Override
  public void close() {
    results.ifPresent(RemoteResults::close);
  }
}
