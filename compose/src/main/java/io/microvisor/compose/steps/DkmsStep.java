package io.microvisor.compose.steps;

import io.microvisor.bytes.Versions;
import io.microvisor.compose.kernel.DkmsBuild;
import io.microvisor.compose.plan.Input;
import io.microvisor.compose.plan.Outputs;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepContext;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.plan.Unkeyed;
import io.microvisor.compose.template.Kernel;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.packages.lock.Lock;
import io.microvisor.sandbox.Sandbox;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.store.ContentStore;
import java.io.IOException;
import java.util.SortedMap;

/// The kernel modules that are built from source. Nothing but the build packages counts: no other change builds them again.
///
/// @param lock the build packages, pinned
/// @param packages the same, laid out; only asked for, and fetched, when the step runs
/// @param created keeps the modules' contents
/// @param kernel what the template says, for the places of problems
public record DkmsStep(
    @Unkeyed("its packages are inputs") Lock lock,
    @Unkeyed("they are inputs") ConfigureStep.Merged packages,
    @Unkeyed("a place to put contents") ContentStore created,
    @Unkeyed("the places of problems") Kernel kernel)
    implements Step {
  /// Its name.
  public static final StepId ID = new StepId("dkms");

  @Override
  public StepId id() {
    return ID;
  }

  @Override
  public SortedMap<String, Input> inputs() {
    return ConfigureStep.packages(lock);
  }

  @Override
  public Versions versions() {
    return DkmsBuild.VERSIONS;
  }

  /// Packages that no archive publishes may hold anything.
  @Override
  public Sharing sharing() {
    return ConfigureStep.arePublished(lock) ? Sharing.SHARED : Sharing.LOCAL;
  }

  @Override
  public Outputs run(StepContext context) throws IOException, InterruptedException {
    FileTree modules =
        DkmsBuild.build(
            Sandbox.on(SandboxSupport.probe()),
            packages.packages(),
            kernel,
            created,
            context::note);
    return Outputs.of("modules", context.keep(modules));
  }
}
