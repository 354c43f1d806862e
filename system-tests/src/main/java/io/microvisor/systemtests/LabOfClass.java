package io.microvisor.systemtests;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A [Lab] that is open while the tests of a class run; they end, see [Absent], where there can be none.
public final class LabOfClass implements BeforeAllCallback, AfterAllCallback {
  private @Nullable Lab lab;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException, InterruptedException {
    lab = Lab.open();
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    if (lab != null) {
      lab.close();
      lab = null;
    }
  }

  /// The lab; only while the class's tests, or what it does before and after them, run.
  public Lab get() {
    return Objects.requireNonNull(lab);
  }
}
