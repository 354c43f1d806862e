package io.microvisor.compose.remote;

import io.microvisor.compose.plan.PublicKey;
import java.util.List;

/// Whose entries of a shared cache are believed.
public sealed interface Trust {
  /// Those that one of these keys signed.
  ///
  /// @param keys at least one
  record Keys(List<PublicKey> keys) implements Trust {
    public Keys {
      keys = List.copyOf(keys);
      if (keys.isEmpty()) {
        throw new IllegalArgumentException("trust: no keys (expected: at least one)");
      }
    }
  }

  /// Those of whoever may write to the cache, or sits between it and this machine.
  record Anyone() implements Trust {}
}
