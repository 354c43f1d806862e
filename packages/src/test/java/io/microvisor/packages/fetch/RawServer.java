package io.microvisor.packages.fetch;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A server that writes to the socket whatever a test says, however wrong: one answer after the other to whatever is
/// asked; the last one stays.
final class RawServer implements Closeable {
  /// One answer.
  @FunctionalInterface
  interface Answer {
    /// Answers the request whose head is `request`.
    ///
    /// @return whether the connection stays open for the next request
    boolean to(String request, OutputStream out) throws IOException, InterruptedException;
  }

  private final ServerSocket socket;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Queue<Answer> answers = new ArrayDeque<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch closing = new CountDownLatch(1);

  RawServer(Answer... inTurn) {
    this(plain(), inTurn);
  }

  RawServer(ServerSocket socket, Answer... inTurn) {
    this.socket = socket;
    answers.addAll(List.of(inTurn));
    var _ = threads.submit(this::accept);
  }

  private static ServerSocket plain() {
    try {
      return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Sets what to answer.
  void answers(Answer... inTurn) {
    synchronized (answers) {
      answers.clear();
      answers.addAll(List.of(inTurn));
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + port() + "/file");
  }

  /// The heads of all requests, in order.
  List<String> requests() {
    return List.copyOf(requests);
  }

  /// A head and a body, byte by byte as given, and then the end of the connection.
  static Answer last(String head, byte[] body) {
    return (_, out) -> {
      write(out, head, body);
      return false;
    };
  }

  /// The whole content, properly.
  static Answer content(byte[] content) {
    return last("HTTP/1.1 200 OK\r\nContent-Length: " + content.length + "\r\n", content);
  }

  /// Says a head and then, without end and without haste, one more byte after the other.
  Answer trickle(String head) {
    return (_, out) -> {
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      while (!closing.await(20, TimeUnit.MILLISECONDS)) {
        out.write('x');
        out.flush();
      }
      return false;
    };
  }

  /// Says a beginning and then nothing, until the server is closed.
  Answer silence(String head) {
    return (_, out) -> {
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      closing.await();
      return false;
    };
  }

  static void write(OutputStream out, String head, byte[] body) throws IOException {
    out.write((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    out.write(body);
  }

  private Void accept() throws IOException {
    while (true) {
      Socket one = socket.accept();
      var _ = threads.submit(() -> serve(one));
    }
  }

  private Void serve(Socket one) throws IOException, InterruptedException {
    open.add(one);
    try (one) {
      InputStream in = new BufferedInputStream(one.getInputStream());
      OutputStream out = new BufferedOutputStream(one.getOutputStream());
      boolean more = true;
      while (more) {
        String head = head(in);
        if (head.isEmpty()) {
          return null;
        }
        requests.add(head);
        Answer answer;
        synchronized (answers) {
          answer = answers.size() > 1 ? answers.remove() : answers.element();
        }
        more = answer.to(head, out);
        out.flush();
      }
    } finally {
      open.remove(one);
    }
    return null;
  }

  /// A request's head, or nothing at the connection's end.
  static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int read = in.read();
      if (read < 0) {
        return "";
      }
      head.append((char) read);
    }
    return head.toString();
  }

  @Override
  public void close() throws IOException {
    closing.countDown();
    socket.close();
    for (Socket one : open) {
      one.close();
    }
    threads.shutdownNow();
  }
}
