package io.microvisor.cli.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.cli.terminal.TestTerminal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TemplateCommandsTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void namesThePlaceOfAnUnknownKey() throws IOException {
    Files.writeString(
        folder.resolve("bad.yaml"), "extends: edge\nimage: {name: bad, version: \"1\"}\nimge: 1\n");
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("validate", "bad.yaml")).isEqualTo(3);
    assertThat(terminal.err.toString()).contains("bad.yaml:3:1: ", "imge", "image");
    assertThat(terminal.out.toString()).isEmpty();
  }

  @Test
  void tellsWhichDisksAnImageWithStateFits() throws IOException {
    Files.writeString(
        folder.resolve("node.yaml"),
        "extends: edge\nimage: {name: node, version: \"1\"}\nsystemConfig: {persistence: {state: ext4}}\n");
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("validate", "node.yaml")).as(terminal.err.toString()).isZero();
    assertThat(terminal.out.toString())
        .contains(
            "node 1: sound, as far as can be told without its packages", "fits 3.5 GiB or more")
        .contains("4 GiB: leaves 1.5 GiB for the state");
  }

  @Test
  void asksWhetherAFileOfASimilarNameWasMeant() throws IOException {
    Files.writeString(
        Files.createDirectory(folder.resolve("examples")).resolve("hello.yaml"), "extends: edge\n");
    String examples = folder.resolve("exmaples/hello.yaml").toString();
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("validate", examples)).isEqualTo(3);
    assertThat(terminal.err.toString())
        .contains("did you mean " + folder.resolve("examples/hello.yaml") + "?");
  }

  @Test
  void checksAFileOfAnswers() throws IOException {
    Files.writeString(folder.resolve("good.conf"), "[machine]\nhostname = a\n");
    Files.writeString(folder.resolve("bad.conf"), "[machine]\nhostnam = a\n");
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("config", "check", "good.conf")).isZero();
    assertThat(terminal.out.toString()).isEqualTo("good.conf: sound\n");
    assertThat(terminal.run("config", "check", "bad.conf")).isEqualTo(3);
    assertThat(terminal.err.toString())
        .isEqualTo(
            "bad.conf:2:1: \"hostnam\": no such key in [machine] (expected: one of hostname)\n");
    assertThat(terminal.run("config", "check", "--json", "bad.conf")).isEqualTo(3);
    assertThat(terminal.out.toString()).contains("\"line\" : 2", "T070");
    assertThat(terminal.run("config", "check", "none.conf")).isEqualTo(1);
    assertThat(terminal.err.toString()).contains("none.conf: no such file");
  }

  @Test
  void tellsProblemsToMachines() throws IOException {
    Files.writeString(folder.resolve("bad.yaml"), "imge: 1\n");
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("validate", "--json", "bad.yaml")).isEqualTo(3);
    assertThat(terminal.out.toString()).contains("\"sound\" : false", "\"line\" : 1");
  }

  @Test
  void suggestsTheCommandThatWasMeant() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("biuld")).isEqualTo(2);
    assertThat(terminal.err.toString()).contains("biuld", "did you mean build?");
    assertThat(terminal.run("build", "--no-such-option")).isEqualTo(2);
    assertThat(terminal.err.toString()).contains("--no-such-option");
  }

  @Test
  void givesAFirstTemplateThatIsSoundAndOverwritesNothing() throws IOException {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("init", "kiosk")).isZero();
    assertThat(terminal.out.toString()).contains("wrote kiosk.yaml", "next: emt build kiosk.yaml");
    assertThat(terminal.run("validate", "kiosk.yaml")).as(terminal.err.toString()).isZero();
    assertThat(terminal.out.toString()).contains("kiosk 1.0: sound");

    String before = Files.readString(folder.resolve("kiosk.yaml"));
    assertThat(terminal.run("init", "kiosk")).isEqualTo(1);
    assertThat(terminal.err.toString()).contains("kiosk.yaml: exists already");
    assertThat(folder.resolve("kiosk.yaml")).hasContent(before);
    assertThat(terminal.run("init", "../kiosk")).isEqualTo(2);
  }

  @Test
  void resolvesToATemplateThatMeansTheSame() throws IOException {
    TestTerminal first = new TestTerminal(folder);
    assertThat(first.run("resolve", "minimal")).isZero();
    Files.writeString(folder.resolve("again.yaml"), first.out.toString());

    TestTerminal second = new TestTerminal(folder);
    assertThat(second.run("resolve", "again.yaml")).as(second.err.toString()).isZero();
    assertThat(second.out.toString()).isEqualTo(first.out.toString());
  }

  @Test
  void resolvesForMachines() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("resolve", "--json", "minimal")).isZero();
    assertThat(terminal.out.toString())
        .contains("\"name\" : \"minimal\"", "\"packages\" : [ ", "\"openssh-server\"");
  }

  @Test
  void completesInBash() throws IOException, InterruptedException {
    TestTerminal terminal = new TestTerminal(folder);
    assertThat(terminal.run("completion")).isZero();
    assertThat(terminal.out.toString())
        .contains("inspect", "extract", "doctor", "--frozen", "--vendor", "search");

    Path script = Files.writeString(folder.resolve("completion"), terminal.out.toString());
    Process bash =
        new ProcessBuilder("bash", "-n", script.toString()).redirectErrorStream(true).start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(said).isZero();
  }

  @Test
  void helpsWithEveryCommand() {
    for (String command :
        new String[] {
          "inspect", "ls", "cat", "extract", "doctor", "build", "lock", "diff", "why", "search"
        }) {
      TestTerminal terminal = new TestTerminal(folder);
      assertThat(terminal.run(command, "--help")).isZero();
      assertThat(terminal.out.toString())
          .contains("Usage: emt " + command, "Examples:", "Exit codes:");
    }
  }
}
