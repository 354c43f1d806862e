package io.microvisor.cli;

import io.microvisor.bytes.ByteSize;
import io.microvisor.compose.plan.BuildEvent;
import io.microvisor.compose.plan.RemoteResults;
import io.microvisor.compose.plan.SharedResults;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.plan.Uploads;
import io.microvisor.packages.fetch.Network;
import io.microvisor.store.Store;
import java.util.Optional;

/// The remote cache of one build, if there is one.
final class RemoteCache implements AutoCloseable {
  private static final StepId ID = new StepId("remote cache");

  private final Optional<RemoteResults> results;
  private final Progress shown;

  private RemoteCache(Optional<RemoteResults> results, Progress shown) {
    this.results = results;
    this.shown = shown;
  }

  static RemoteCache open(
      Optional<RemoteCacheOptions.Remote> remote, Network network, Store store, Progress shown) {
    return new RemoteCache(
        remote.map(wanted ->
            RemoteResults.of(
                wanted.address(),
                network,
                wanted.access(),
                store,
                what -> shown.accept(new BuildEvent.Warned(ID, what)))),
        shown);
  }

  /// What a build asks.
  SharedResults results() {
    return results.map(SharedResults.class::cast).orElse(SharedResults.NONE);
  }

  /// Waits until others can have what was made, and says so.
  void finish() throws InterruptedException {
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
