package io.microvisor.packages.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.store.Store;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OfflineTest {
  private static final byte[] CONTENT = "a package".getBytes(StandardCharsets.UTF_8);

  private final FaultyServer server = new FaultyServer();
  private Store store;
  private Downloader downloader;

  @TempDir private Path folder;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(folder.resolve("store"));
    downloader = new Downloader(Network.DIRECT.offline(), store, _ -> {});
    server.on("/a.deb", FaultyServer.content(CONTENT));
  }

  @AfterEach
  void close() throws IOException {
    downloader.close();
    server.close();
    store.close();
  }

  @Test
  void asksNoHost() {
    assertThatThrownBy(() -> downloader.fetch(List.of(from(server.address("/a.deb"))), _ -> {}))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("not asked, because of --offline");
    assertThatThrownBy(() -> downloader.small("a", server.address("/a.deb"), 100, Validators.NONE))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("not asked");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void takesWhatIsOnThisMachine() throws Exception {
    Path file = Files.write(folder.resolve("a.deb"), CONTENT);

    assertThat(downloader.fetch(List.of(from(file.toUri())), _ -> {}))
        .singleElement()
        .satisfies(path -> assertThat(path).hasBinaryContent(CONTENT));
    // And from now on, whatever its address.
    assertThat(downloader.fetch(List.of(from(server.address("/a.deb"))), _ -> {})).hasSize(1);
    assertThat(server.requests()).isEmpty();
  }

  private static Download from(URI address) {
    return new Download("a 1", List.of(address), CONTENT.length, Digest.sha256(CONTENT));
  }
}
