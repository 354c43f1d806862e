package io.microvisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.microvisor.cli.terminal.TestTerminal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A password that stands in an address, wherever that comes from, is never said again.
final class LoginsInMessagesTest {
  private static final String CANARY = "canary";

  /// Nobody answers there, and nobody is asked for long.
  private static final String SERVER = "127.0.0.1:1/debian";

  /// Addresses that can be parsed, and that people write although they cannot.
  private static final List<String> ADDRESSES =
      List.of(
          "http://user:" + CANARY + "@" + SERVER,
          "http://" + CANARY + "@" + SERVER,
          "http://user:" + CANARY + "%zz@" + SERVER,
          "http://user:" + CANARY + "/x@" + SERVER,
          "http://user:" + CANARY + "#x@" + SERVER,
          "http://user:x[" + CANARY + "@" + SERVER,
          "http://user:x@" + CANARY + "@" + SERVER,
          "ftp://user:" + CANARY + "@" + SERVER,
          "http:user:" + CANARY + "@" + SERVER,
          "user:" + CANARY + "@" + SERVER);

  @TempDir private Path folder = Path.of("");
  private TestTerminal terminal = new TestTerminal(Path.of(""));

  @BeforeEach
  void open() throws IOException {
    terminal = new TestTerminal(folder);
    Files.createDirectory(folder.resolve("apt"));
    Files.createDirectory(folder.resolve("templates"));
    write("t.yaml", template("http://127.0.0.1:1/"));
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private static String template(String url) {
    return """
    image: {name: t, version: "1"}
    target: {os: debian, dist: debian13, arch: x86_64, imageType: raw}
    packageRepositories:
      - {url: "%s", codename: x, insecureSkipVerify: true}
    systemConfig:
      immutability: {enabled: true}
      kernel: {packages: [linux-image-cloud-amd64]}
    """
        .formatted(url);
  }

  private void saysNothingOfIt(String... arguments) throws IOException {
    int code = terminal.run(arguments);
    assertThat(terminal.out + "\n" + terminal.err + "\n" + terminal.text())
        .as("%s ended with %d", String.join(" ", arguments), code)
        .doesNotContain(CANARY)
        .doesNotContain("defect of emt");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (file.toString().endsWith(".lock") || file.toString().endsWith(".json")) {
          assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
              .as(file.toString())
              .doesNotContain(CANARY);
        }
      }
    }
  }

  @Test
  void ofOptionsAndVariables() throws IOException {
    for (String address : ADDRESSES) {
      saysNothingOfIt("doctor", "--mirror", address);
      saysNothingOfIt("doctor", "--json", "--mirror", address);
      terminal.with("EMT_REMOTE_CACHE", address);
      saysNothingOfIt("cache", "info");
      saysNothingOfIt("cache", "info", "--json");
      saysNothingOfIt("doctor");
      saysNothingOfIt("build", "t.yaml", "--remote-cache", address, "--frozen");
      terminal.with("EMT_REMOTE_CACHE", "none");
    }
  }

  @Test
  void ofAptsConfiguration() throws IOException {
    for (String address : ADDRESSES) {
      write("apt/sources.list", "deb " + address + "\ndeb [x " + address + " trixie main\n");
      write("apt/apt.conf", "Acquire::http::Proxy \"" + address + "\";\n");
      write("apt/auth.conf", "machine " + address + " login user password " + CANARY + "\n");
      saysNothingOfIt("doctor");
      saysNothingOfIt("doctor", "--json");
      write("apt/sources.list", "deb " + address + " trixie main\n");
      saysNothingOfIt("doctor");
      write("apt/list", address + "\n" + address + "\tnonsense\n");
      write("apt/sources.list", "deb mirror+file:" + folder.resolve("apt/list") + " trixie main\n");
      saysNothingOfIt("doctor", "--online");
      Files.delete(folder.resolve("apt/sources.list"));
    }
  }

  @Test
  void ofTemplates() throws IOException {
    for (String address : ADDRESSES) {
      write("t.yaml", template(address));
      saysNothingOfIt("validate", "t.yaml");
      saysNothingOfIt("validate", "--json", "t.yaml");
      saysNothingOfIt("resolve", "t.yaml");
      saysNothingOfIt("lock", "t.yaml", "--offline");
      write("t.yaml", "archive: {mirror: \"" + address + "\"}\n" + template("http://127.0.0.1:1/"));
      saysNothingOfIt("validate", "t.yaml");
      saysNothingOfIt("resolve", "t.yaml");
      saysNothingOfIt("lock", "t.yaml", "--offline");
    }
  }

  @Test
  void ofProxies() throws IOException {
    for (String address : ADDRESSES) {
      for (String name : List.of("http_proxy", "https_proxy", "all_proxy")) {
        terminal.with(name, address);
      }
      saysNothingOfIt("doctor");
    }
    saysNothingOfIt("doctor", "--online", "--mirror", "http://127.0.0.1:1/");
  }

  /// Whoever is asked sends us on to an address with a login.
  @Test
  void ofRedirects() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    AtomicReference<String> onward = new AtomicReference<>("");
    server.createContext(
        "/",
        call -> {
          call.getResponseHeaders().set("Location", onward.get());
          call.sendResponseHeaders(302, -1);
          call.close();
        });
    server.start();
    try {
      write("t.yaml", template("http://127.0.0.1:" + server.getAddress().getPort() + "/"));
      for (String address : ADDRESSES) {
        onward.set(address);
        saysNothingOfIt("lock", "t.yaml");
      }
    } finally {
      server.stop(0);
    }
  }
}
