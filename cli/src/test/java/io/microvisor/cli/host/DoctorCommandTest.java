package io.microvisor.cli.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.cli.terminal.TestTerminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorCommandTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void missesAMirrorAndSaysHowToNameOne() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("doctor")).isEqualTo(4);
    assertThat(terminal.out.toString())
        .contains("ok       java ")
        .contains("MISSING  debian mirror       trixie: no Debian mirror found")
        .contains("fix: name a mirror: --mirror URL");
  }

  @Test
  void findsTheMirrorOfTheHostsApt() throws IOException {
    Files.createDirectory(folder.resolve("apt"));
    Files.writeString(
        folder.resolve("apt/sources.list"), "deb http://mirror.example/debian bookworm main\n");
    TestTerminal terminal = new TestTerminal(folder);

    terminal.run("doctor");
    assertThat(terminal.out.toString())
        .contains("ok       debian mirror       trixie at http://mirror.example/debian/");
  }

  @Test
  void asksTheMirrorWhenToldTo() throws IOException {
    Path suite = folder.resolve("mirror/debian/dists/trixie");
    Files.createDirectories(suite);
    Files.writeString(suite.resolve("InRelease"), "Suite: trixie\n");
    TestTerminal terminal = new TestTerminal(folder);

    terminal.run(
        "doctor", "--online", "--mirror", folder.resolve("mirror/debian").toUri().toString());
    assertThat(terminal.out.toString())
        .contains("ok       trixie              reachable at file:")
        .contains("warn     trixie-updates ");
  }

  @Test
  void tellsTheSameToMachines() {
    TestTerminal terminal = new TestTerminal(folder);

    terminal.run("doctor", "--json");
    assertThat(terminal.out.toString())
        .contains("\"fit\" : false", "\"subject\" : \"programs\"", "\"state\" : \"MISSING\"");
  }
}
