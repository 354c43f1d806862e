package io.microvisor.compose.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeptFolderTest {
  /// As `systemd-escape --path` of systemd 257 says.
  @ParameterizedTest
  @CsvSource({
    "/opt/app,opt-app.mount",
    "/opt/my-app,opt-my\\x2dapp.mount",
    "/srv/.hidden,srv-.hidden.mount",
    "/.top,\\x2etop.mount",
    "/opt/a@b+c_d,opt-a\\x40b\\x2bc_d.mount"
  })
  void namesItsUnitAsSystemdDoes(String path, String unit) {
    assertThat(new KeptFolder(path).unit()).isEqualTo(unit);
  }

  @Test
  void givesEveryPathAFolderOfItsOwn() {
    List<String> paths =
        List.of("/a/b", "/a-b", "/a_b", "/a/-b", "/a_/b", "/a/_b", "/a-/b", "/a__b", "/a_-b");
    Set<String> folders = new HashSet<>();
    paths.forEach(path -> folders.add(new KeptFolder(path).folder()));
    assertThat(folders).hasSameSizeAs(paths).noneMatch(folder -> folder.contains("\\"));
  }

  @Test
  void isAnOverlayOnlyWhereTheImageHasFiles() {
    assertThat(new KeptFolder("/opt/app").mount(true))
        .contains(
            "\nType=overlay\n", "lowerdir=/opt/app,upperdir=/run/emt/state/folders/opt-app/upper,");
    assertThat(new KeptFolder("/opt/app").mount(false))
        .contains("\nOptions=bind\n", "\nWhat=/run/emt/state/folders/opt-app/upper\n");
  }
}
