package io.microvisor.sandbox;

import io.microvisor.formats.tree.FileTree;
import java.util.List;

/// How a command ended and what it left behind.
///
/// @param exit its exit status; 128 + the signal's number if a signal ended it
/// @param tree the whole tree afterwards; contents that are new to it went to the caller's sink
/// @param output the last 400 lines it said on both streams
public record SandboxResult(int exit, FileTree tree, List<String> output) {
  public SandboxResult {
    output = List.copyOf(output);
  }
}
