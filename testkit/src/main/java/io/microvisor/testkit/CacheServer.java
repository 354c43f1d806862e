package io.microvisor.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/// A web server in this process that keeps what is PUT and gives it back to GET, until it is told to misbehave.
public final class CacheServer implements Closeable {
  /// How it misbehaves.
  public enum Fault {
    /// Not at all.
    NONE,
    /// Flips a bit of every content.
    LIES,
    /// Announces all and breaks off in the middle.
    BREAKS,
    /// Gives only half, and says that this is all.
    HALVES,
    /// Sends half, and then nothing for as long as it lives.
    STALLS,
    /// Takes the request, and says nothing.
    SILENT,
    /// Sends without end.
    ENDLESS,
    /// Answers 500.
    FAILS,
    /// Answers 403.
    FORBIDS,
    /// Sends everyone in a circle.
    REDIRECTS,
    /// Answers 404.
    FORGETS
  }

  private record Misbehaviour(Predicate<String> requests, Fault fault) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, byte[]> kept = Collections.synchronizedMap(new TreeMap<>());
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Misbehaviour misbehaviour = new Misbehaviour(_ -> false, Fault.NONE);

  /// Starts it on a port of its own.
  public CacheServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /// Its base address.
  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/cache/");
  }

  /// Misbehaves at all requests whose line, such as `GET /cache/cas/0a...`, fits.
  public void misbehave(Predicate<String> lines, Fault fault) {
    misbehaviour = new Misbehaviour(lines, fault);
  }

  /// Behaves from now on.
  public void behave() {
    misbehave(_ -> false, Fault.NONE);
  }

  /// What was asked since this was last called, in order: `GET /cache/ac/0a...`.
  public List<String> requests() {
    synchronized (requests) {
      List<String> all = List.copyOf(requests);
      requests.clear();
      return all;
    }
  }

  /// What is kept, by path.
  public Map<String, byte[]> kept() {
    return kept;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getRawPath();
      String line = exchange.getRequestMethod() + " " + path;
      requests.add(line);
      Misbehaviour now = misbehaviour;
      Fault fault = now.requests().test(line) ? now.fault() : Fault.NONE;
      switch (exchange.getRequestMethod()) {
        case "PUT" -> put(exchange, path, fault);
        case "GET", "HEAD" -> get(exchange, path, fault);
        default -> exchange.sendResponseHeaders(405, -1);
      }
    }
  }

  private void put(HttpExchange exchange, String path, Fault fault) throws IOException {
    if (fault == Fault.SILENT || fault == Fault.STALLS) {
      await();
    }
    byte[] body = exchange.getRequestBody().readAllBytes();
    switch (fault) {
      case FAILS -> exchange.sendResponseHeaders(500, -1);
      case FORBIDS -> exchange.sendResponseHeaders(403, -1);
      case REDIRECTS -> redirect(exchange);
      case NONE, LIES, BREAKS, HALVES, STALLS, SILENT, ENDLESS, FORGETS -> {
        kept.put(path, body);
        exchange.sendResponseHeaders(201, -1);
      }
    }
  }

  private void get(HttpExchange exchange, String path, Fault fault) throws IOException {
    byte[] content = kept.get(path);
    if (exchange.getRequestMethod().equals("HEAD") && fault == Fault.NONE) {
      exchange.sendResponseHeaders(content == null ? 404 : 200, -1);
      return;
    }
    switch (fault) {
      case FAILS -> exchange.sendResponseHeaders(500, -1);
      case FORBIDS -> exchange.sendResponseHeaders(403, -1);
      case REDIRECTS -> redirect(exchange);
      case FORGETS -> exchange.sendResponseHeaders(404, -1);
      case SILENT -> await();
      case ENDLESS -> endless(exchange);
      case NONE, LIES, BREAKS, HALVES, STALLS -> {
        if (content == null) {
          exchange.sendResponseHeaders(404, -1);
        } else {
          give(exchange, content, fault);
        }
      }
    }
  }

  private void give(HttpExchange exchange, byte[] content, Fault fault) throws IOException {
    byte[] given = content.clone();
    if (fault == Fault.LIES) {
      given[given.length / 2] ^= 1;
    }
    boolean half = fault != Fault.NONE && fault != Fault.LIES;
    int sent = half ? given.length / 2 : given.length;
    exchange.sendResponseHeaders(200, fault == Fault.HALVES ? Math.max(sent, 1) : given.length);
    exchange.getResponseBody().write(given, 0, fault == Fault.HALVES ? Math.max(sent, 1) : sent);
    exchange.getResponseBody().flush();
    if (fault == Fault.STALLS) {
      await();
    }
    if (fault == Fault.BREAKS) {
      throw new IOException("broken off by the test");
    }
  }

  private static void redirect(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Location", exchange.getRequestURI().getRawPath());
    exchange.sendResponseHeaders(302, -1);
  }

  private static void endless(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    byte[] piece = new byte[1 << 16];
    while (true) {
      exchange.getResponseBody().write(piece);
    }
  }

  private void await() throws IOException {
    try {
      closing.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
