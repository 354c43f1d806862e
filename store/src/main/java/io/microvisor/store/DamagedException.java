package io.microvisor.store;

import java.io.IOException;

/// Something kept in the store is no longer what was put there: a disk, or someone, changed it. Whoever can make it again
/// does so after [Store#removeDamaged].
public final class DamagedException extends IOException {
  private static final long serialVersionUID = 1;

  DamagedException(String what) {
    super(what + ": damaged in the cache (expected: as it was put there)");
  }
}
