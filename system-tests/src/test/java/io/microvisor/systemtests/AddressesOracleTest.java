package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.microvisor.bytes.Digest;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.sandbox.ToolRun;
import io.microvisor.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The addresses we ask a server for are those that apt asks for, byte by byte, but for `./` at the beginning of a file
/// name, which apt sends and we leave out. The server is an object store in one
/// respect: it reads a raw `+` as a blank.
class AddressesOracleTest {
  private static final String SUITE = "tri+x~ie:5";

  private static final List<String> FILENAMES =
      List.of(
          "pool/g++_1%3a2~b+c_amd64.deb",
          "/pool/with-a-slash.deb",
          "./pool/with-a-dot.deb",
          "pool//two-slashes.deb",
          "pool/a:b@c!d$e&f'g(h)i*j,k;l=m.deb",
          "pool/a blank.deb",
          "pool/%41.deb",
          "pool/\u00fc.deb");

  private static final String APT =
      """
      mkdir -p state/lists/partial cache/archives/partial
      : >status
      apt() {
        apt-get -qq -o Dir::State=$PWD/state -o Dir::State::status=$PWD/status -o Dir::Cache=$PWD/cache \\
          -o Dir::Etc::sourcelist=$PWD/sources.list -o Dir::Etc::sourceparts=- -o APT::Sandbox::User=root \\
          -o APT::Architecture=amd64 -o APT::Architectures::=amd64 -o Acquire::Languages=none \\
          -o Acquire::http::Proxy=DIRECT "$@"
      }
      apt update
      """;

  private final Map<String, byte[]> files = new HashMap<>();
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

  @Test
  void asksForWhatAptAsksFor(@TempDir Path folder) throws Exception {
    publish();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    try {
      String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/ar~chive";
      List<String> apts = apt(folder, address);
      asked.clear();
      ours(folder, address);

      assertThat(packages(asked)).containsExactlyInAnyOrderElementsOf(packages(apts));
      assertThat(packages(asked)).hasSize(FILENAMES.size());
      assertThat(asked).contains("/ar~chive/dists/tri%2bx%7eie:5/Release");
      assertThat(apts).contains("/ar~chive/dists/tri%2bx%7eie:5/Release");
    } finally {
      server.stop(0);
    }
  }

  private static List<String> packages(List<String> asked) {
    return asked.stream()
        .filter(path -> !path.contains("/dists/"))
        .map(path -> path.replace("/./", "/"))
        .toList();
  }

  private List<String> apt(Path folder, String address) throws IOException, InterruptedException {
    Files.writeString(
        folder.resolve("sources.list"), "deb [trusted=yes] %s %s main\n".formatted(address, SUITE));
    StringBuilder script = new StringBuilder("cd " + Oracles.WORK + "\n" + APT);
    for (int i = 0; i < FILENAMES.size(); i++) {
      script.append("apt download p%d\n".formatted(i));
    }
    try (ToolRun run = Oracles.open().start(folder, "sh", "-euc", script.toString())) {
      String said = new String(run.complaints().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(run.exit()).as(said).isZero();
    }
    return List.copyOf(asked);
  }

  private static void ours(Path folder, String address) throws IOException, InterruptedException {
    RepositorySpec spec =
        new RepositorySpec(
            "odd",
            List.of(URI.create(address)),
            SUITE,
            List.of("main"),
            "amd64",
            new RepositorySpec.Trust.Unsigned(),
            RepositorySpec.Freshness.CHECKED,
            RepositorySpec.Presence.REQUIRED);
    List<Wish> wishes =
        IntStream.range(0, FILENAMES.size()).mapToObj(i -> Wish.of("p" + i)).toList();
    try (Store store = Store.open(folder.resolve("store"));
        PackageSupply supply =
            new PackageSupply(store, List.of(spec), Network.DIRECT, Instant.now())) {
      if (!(supply.solve(wishes, DebPolicy.of("amd64"), _ -> {})
          instanceof Resolution.Solved<DebPackage> solved)) {
        throw new AssertionError("no solution");
      }
      supply.fetch(supply.lock(solved, "amd64", List.of(), _ -> {}), _ -> {});
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    asked.add(path);
    byte[] content = files.get(URLDecoder.decode(path, StandardCharsets.UTF_8));
    exchange.sendResponseHeaders(
        content == null ? 404 : 200, content == null ? -1 : content.length);
    if (content != null) {
      exchange.getResponseBody().write(content);
    }
    exchange.close();
  }

  private void publish() {
    StringBuilder index = new StringBuilder();
    for (int i = 0; i < FILENAMES.size(); i++) {
      byte[] content = utf8("package " + i);
      String filename = FILENAMES.get(i);
      files.put("/ar~chive/" + filename, content);
      files.put("/ar~chive/" + filename.replaceFirst("^\\./", ""), content);
      index.append(
          """
          Package: p%d
          Version: 1
          Architecture: amd64
          Maintainer: Test <test@example.org>
          Filename: %s
          Size: %d
          SHA256: %s
          Description: made in a test

          """
              .formatted(i, filename, content.length, Digest.sha256(content).hex()));
    }
    byte[] packages = utf8(index.toString());
    String distribution = "/ar~chive/dists/" + SUITE + "/";
    files.put(distribution + "main/binary-amd64/Packages", packages);
    files.put(
        distribution + "Release",
        utf8(
            """
            Origin: Test
            Suite: %s
            Date: Thu, 01 Jan 2026 00:00:00 UTC
            Architectures: amd64
            Components: main
            SHA256:
             %s %d main/binary-amd64/Packages
            """
                .formatted(SUITE, Digest.sha256(packages).hex(), packages.length)));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
