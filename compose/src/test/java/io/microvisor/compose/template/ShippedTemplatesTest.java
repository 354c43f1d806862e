package io.microvisor.compose.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShippedTemplatesTest {
  @ParameterizedTest
  @ValueSource(strings = {"edge", "minimal"})
  void areSound(String name) {
    Template template = Templates.loaded(TemplateLoader.loadShipped(name));
    assertThat(template.image().name()).isEqualTo(name);
    assertThat(template.target().suite()).isEqualTo("trixie");
    assertThat(template.target().packageArchitecture()).isEqualTo("amd64");
    assertThat(template.system().users()).isEmpty();
    assertThat(template.system().packages())
        .allSatisfy(
            wish -> assertThat(wish.place().file()).isEqualTo("templates/" + name + ".yaml"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"edge", "minimal"})
  void everyLineThatStatesAKeyInAShippedTemplateIsPartOfALesson(String name) throws IOException {
    String text = Files.readString(Path.of("..", "templates", name + ".yaml"));
    long comments = text.lines().filter(line -> line.contains("#")).count();
    assertThat(comments).isGreaterThan(text.lines().count() / 4);
  }

  @Test
  void edgeHasItsSlotsAndArtifacts() {
    Template edge = Templates.loaded(TemplateLoader.loadShipped("edge"));
    assertThat(Templates.immutable(edge).root().size()).hasToString("1 GiB");
    assertThat(edge.disk().artifacts())
        .extracting(artifact -> artifact.type() + " " + artifact.compression())
        .containsExactly("RAW NONE", "RAW ZSTD", "SPLIT NONE");
  }

  @Test
  void helloExtendsEdgeInFifteenLines() throws IOException {
    Path hello = Path.of("..", "examples", "hello.yaml");
    Template template = Templates.loaded(TemplateLoader.load(hello));
    assertThat(Files.readAllLines(hello)).hasSizeLessThanOrEqualTo(15);
    SystemConfig system = template.system();
    assertThat(system.packages()).extracting(PackageWish::name).contains("htop", "containerd");
    assertThat(system.users()).extracting(User::name).containsExactly("me");
    assertThat(system.users().getFirst().sshKeys()).hasSize(1);
    assertThat(system.files()).extracting(AdditionalFile::path).contains("/etc/motd");
    assertThat(system.services().enable())
        .extracting(Services.Unit::name)
        .contains("hello.service", "ssh.service");
  }
}
