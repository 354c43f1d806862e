package io.microvisor.testkit.faults;

import java.io.IOException;

/// What every call gets after the power went. A real process would not live to see it.
public final class PowerCut extends IOException {
  private static final long serialVersionUID = 1;

  PowerCut() {
    super("the power is gone");
  }
}
