package io.microvisor.compose.build;

import io.microvisor.compose.image.Foregone;
import io.microvisor.compose.plan.Fingerprint;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.template.RejectedException;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.lock.Lock;
import java.io.IOException;
import java.util.Collections;
import java.util.SortedMap;

/// What can be made of the packages while their scripts still run, one after the other, on one processor: see [Foregone].
/// It makes nothing that other steps take; they only find, when their turn comes, that it is done.
///
/// @param lock the packages, pinned
/// @param packages the same, laid out; only asked for when the step runs
/// @param template what the image is to be
/// @param epoch the image's time, in seconds since 1970
record AheadStep(Lock lock, ConfigureStep.Merged packages, Template template, long epoch)
    implements Step {
  private static final StepId ID = new StepId("ahead");
  private static final int VERSION = 1;

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return ConfigureStep.packages(lock);
  }

  /// Not all of what it depends on: a template that wants more finds less done.
  @Override
  public Fingerprint fingerprint() {
    return Fingerprint.of(VERSION);
  }

  @Override
  public Outputs run(StepContext context) throws IOException, InterruptedException {
    try {
      Foregone.of(context)
          .workAhead(
              packages.packages().tree(),
              template.system(),
              template.image().name(),
              template.disk().compressLevel(),
              epoch);
    } catch (RejectedException _) {
      // Scripts may still make it right; if not, the step whose turn it is says so.
    }
    return new Outputs(Collections.emptySortedMap());
  }
}
