package io.microvisor.sandbox;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A process that runs a sandbox in which something sleeps: says "!" when it does.
final class SleepingSandbox {
  private SleepingSandbox() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Map<Digest, ByteSource> contents = new HashMap<>();
    SandboxSpec spec =
        SandboxSpec.of(
            HostPrograms.tree(contents),
            ContentSource.of(contents),
            List.of("/bin/sh", "-c", "echo on; sleep " + arguments[0] + " & sleep " + arguments[0]),
            1);
    Sandbox.on(SandboxSupport.probe())
        .run(
            spec,
            ContentSink.discarding(),
            _ -> {
              System.out.print('!');
              System.out.flush();
            });
  }
}
