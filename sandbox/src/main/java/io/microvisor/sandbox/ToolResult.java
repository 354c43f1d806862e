package io.microvisor.sandbox;

import io.microvisor.bytes.ByteSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// How a tool ended and what it said.
///
/// @param exit its exit status; 128 + the signal's number if a signal ended it
/// @param output what it wrote on standard output
/// @param complaints the last 400 lines it wrote on standard error
public record ToolResult(int exit, ByteSource output, List<String> complaints) {
  public ToolResult {
    complaints = List.copyOf(complaints);
  }

  /// What it wrote on standard output, as UTF-8.
  public String text() throws IOException {
    return new String(output.readAll(Integer.MAX_VALUE), StandardCharsets.UTF_8);
  }
}
