package io.microvisor.systemtests;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A service on this machine's loopback, which guests may or may not reach.
public final class Loopback implements Closeable {
  /// What it says to whoever calls.
  public static final String SAYS = "from the host";

  private final ServerSocket server;

  private Loopback(ServerSocket server) {
    this.server = server;
  }

  /// Opens it.
  public static Loopback open() throws IOException {
    ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    Loopback loopback = new Loopback(server);
    Thread.ofVirtual().start(loopback::serve);
    return loopback;
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket caller = server.accept()) {
        caller.getOutputStream().write((SAYS + "\n").getBytes(StandardCharsets.US_ASCII));
      } catch (IOException _) {
        // It is closed, or a caller is gone; the next one is served.
      }
    }
  }

  /// A command that calls it from within a guest, and says what it says.
  public String call() {
    return "timeout 20 bash -c 'head -n 1 </dev/tcp/10.0.2.2/%d' 2>/dev/null"
        .formatted(server.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
