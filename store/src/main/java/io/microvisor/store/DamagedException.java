package io.microvisor.store;

import java.io.IOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/// Something kept in the store is no longer what was put there: a disk, or someone, changed it or took it away. Whoever can
/// make it again does so after [Store#removeDamaged].
///
/// Only this is a reason to look at all that was used. What else goes wrong (a script, a template, the network, a full disk)
/// says nothing about the store, and to read gigabytes first would only delay the message.
public final class DamagedException extends IOException {
  private static final long serialVersionUID = 1;

  private DamagedException(String message) {
    super(message);
  }

  /// It has other bytes.
  public static DamagedException of(String what) {
    return new DamagedException(what + ": damaged in the cache (expected: as it was put there)");
  }

  /// It has bytes in which nothing can be read.
  ///
  /// @param failure of the one who tried
  public static DamagedException of(String what, IOException failure) {
    DamagedException damaged = of(what);
    damaged.initCause(failure);
    return damaged;
  }

  /// It is not there, though it is what a stored result is made of.
  public static DamagedException missing(String what) {
    return new DamagedException(what + ": gone from the cache (expected: as it was put there)");
  }

  /// Whether one of these is among the causes of a failure, or happened beside them.
  public static boolean isBehind(Throwable failure) {
    return isBehind(failure, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static boolean isBehind(Throwable failure, Set<Throwable> seen) {
    if (failure instanceof DamagedException) {
      return true;
    }
    if (!seen.add(failure)) {
      return false; // Causes may go in circles.
    }
    Throwable cause = failure.getCause();
    if (cause != null && isBehind(cause, seen)) {
      return true;
    }
    for (Throwable beside : failure.getSuppressed()) {
      if (isBehind(beside, seen)) {
        return true;
      }
    }
    return false;
  }
}
