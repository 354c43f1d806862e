package io.microvisor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.TreePath;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PathListTest {
  @Test
  void readsDirectoriesFilesAndTheRoot() throws FormatException {
    assertThat(parse("./\n./etc/\n./etc/motd\n"))
        .containsExactlyInAnyOrder(TreePath.ROOT, TreePath.of("etc"), TreePath.of("etc/motd"));
  }

  @Test
  void undoesTheEscapesOfTar() throws FormatException {
    assertThat(parse("./a\\nb\n./c\\\\d\n./F\\305\\221\n"))
        .containsExactlyInAnyOrder(TreePath.of("a\nb"), TreePath.of("c\\d"), TreePath.of("Fő"));
  }

  @Test
  void refusesAnUnknownEscape() {
    assertThatThrownBy(() -> parse("./a\\qb\n"))
        .isInstanceOf(FormatException.class)
        .hasMessage("damaged path list: at byte 3: an unknown escape");
  }

  private static java.util.Set<TreePath> parse(String list) throws FormatException {
    return PathList.parse(list.getBytes(StandardCharsets.UTF_8));
  }
}
