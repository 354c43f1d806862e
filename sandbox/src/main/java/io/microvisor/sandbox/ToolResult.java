package io.microvisor.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// How a tool ended and what it said.
///
/// @param exit its exit status; 128 + the signal's number if a signal ended it
/// @param output what it wrote on standard output
/// @param complaints the last 400 lines it wrote on standard error
public record ToolResult(int exit, byte[] output, List<String> complaints) {
  public ToolResult {
    output = output.clone();
    complaints = List.copyOf(complaints);
  }

  /// What it wrote on standard output, in an array of its own.
  @Override
  public byte[] output() {
    return output.clone();
  }

  /// What it wrote on standard output, as UTF-8.
  public String text() {
    return new String(output, StandardCharsets.UTF_8);
  }
}
