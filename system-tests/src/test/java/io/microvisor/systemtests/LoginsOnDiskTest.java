package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpServer;
import io.microvisor.sandbox.SandboxSupport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.Tag;

/// A build that gets a package with a login leaves the login nowhere: not in what it says, in the cache, the lock, the
/// manifest or the image.
@Tag("system")
class LoginsOnDiskTest {
  private static final String CANARY = "kestrel7q";
  private static final String LOGIN = "user:" + CANARY;

  @TempDir Path folder;
  private final StringBuilder said = new StringBuilder();

  @Test
  void theLoginOfARepositoryStaysInItsTemplate() throws Exception {
    if (SandboxSupport.probe() instanceof SandboxSupport.Impossible impossible) {
      throw Absent.oracle("no sandbox: " + impossible.explanation());
    }
    Path work = Files.createDirectory(folder.resolve("work"));
    Path cache = folder.resolve("cache");
    MiniArchive archive = new MiniArchive(Files.createDirectory(folder.resolve("archive")));
    archive.add("guarded", "1", "");
    archive.publish();
    Downloads.of("minimal", Files.createDirectory(folder.resolve("downloads"))).fill(cache);

    HttpServer server = serve(folder.resolve("archive"));
    try {
      Files.writeString(
          work.resolve("t.yaml"),
          """
          extends: minimal
          image: {name: t, version: "1"}
          packageRepositories:
            - {url: "http://%s@127.0.0.1:%d/", codename: trixie, component: main, insecureSkipVerify: true}
          systemConfig:
            packages: [guarded]
          """
              .formatted(LOGIN, server.getAddress().getPort()));
      Emt emt = Emt.in(work).with("EMT_CACHE", cache.toString());
      for (List<String> command :
          List.of(
              List.of("lock", "t.yaml"),
              List.of("build", "--plan", "t.yaml"),
              List.of("build", "--plan", "--json", "t.yaml"),
              List.of("build", "t.yaml", "-o", "out"),
              List.of("build", "--json", "t.yaml", "-o", "out"),
              List.of("why", "guarded", "t.yaml"),
              List.of("inspect", "--size", "out/t-1.raw"),
              List.of("lock", "--vendor", "t.vendor", "t.yaml"),
              List.of("cache", "info", "--json"))) {
        Emt.Ending ending = emt.run(command.toArray(String[]::new));
        assertThat(ending.exit()).as("%s: %s", command, ending.said()).isZero();
        said.append(ending.said());
      }
    } finally {
      server.stop(0);
    }
    Files.delete(work.resolve("t.yaml"));

    assertThat(Files.readString(work.resolve("t.lock"))).contains("guarded");
    assertThat(said.toString()).doesNotContain(CANARY);
    String header = Base64.getEncoder().encodeToString(LOGIN.getBytes(StandardCharsets.US_ASCII));
    for (String secret : List.of(CANARY, header)) {
      assertThat(filesWith(secret)).as(secret).isEmpty();
    }
    Files.writeString(work.resolve("planted"), "x" + CANARY);
    assertThat(filesWith(CANARY)).isEqualTo(work.resolve("planted") + "\n");
  }

  /// Serves a folder to whoever has the login.
  private static HttpServer serve(Path archive) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server
        .createContext(
            "/",
            call -> {
              Path file = archive.resolve(call.getRequestURI().getPath().substring(1));
              if (Files.isRegularFile(file)) {
                byte[] content = Files.readAllBytes(file);
                call.sendResponseHeaders(200, content.length);
                call.getResponseBody().write(content);
              } else {
                call.sendResponseHeaders(404, -1);
              }
              call.close();
            })
        .setAuthenticator(
            new BasicAuthenticator("ours") {
              @Override
              public boolean checkCredentials(String name, String password) {
                return (name + ":" + password).equals(LOGIN);
              }
            });
    server.start();
    return server;
  }

  private String filesWith(String text) throws IOException, InterruptedException {
    Process grep =
        new ProcessBuilder("grep", "-rlF", text, folder.toString())
            .redirectErrorStream(true)
            .start();
    String files = new String(grep.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(grep.waitFor()).as(files).isLessThan(2);
    return files;
  }
}
