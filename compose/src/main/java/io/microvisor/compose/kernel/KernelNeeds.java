package io.microvisor.compose.kernel;

import io.microvisor.compose.template.Kernel;
import io.microvisor.compose.template.Persistence;
import io.microvisor.compose.template.SystemConfig;

/// What an image asks of its kernel.
///
/// @param choice which one boots
/// @param initrdModules modules that its initrd has besides the usual ones
/// @param state where the image keeps state, which takes modules
public record KernelNeeds(
    Kernel.Choice choice, Kernel.Named initrdModules, Persistence.State state) {
  /// What a template asks.
  public static KernelNeeds of(SystemConfig system) {
    Kernel kernel = system.kernel();
    return new KernelNeeds(kernel.choice(), kernel.initrdModules(), system.persistence().state());
  }
}
