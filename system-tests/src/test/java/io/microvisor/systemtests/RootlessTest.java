package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an ordinary user is told about namespaces. That such a user's image is root's image, bit by bit, is in
/// [ReproducibilityTest].
class RootlessTest {
  @TempDir Path folder;
  private Path work = Path.of("");

  @BeforeEach
  void check() throws IOException {
    if (!OrdinaryUser.isPossible()) {
      throw Absent.permission(
          "no other user to be had (expected: to be root, and newuidmap, of Debian's package uidmap)");
    }
    work = Files.createDirectory(folder.resolve("work"));
  }

  @Test
  void withSubordinateIdsNothingIsMissing() throws Exception {
    OrdinaryUser user = OrdinaryUser.in(folder);

    assertThat(doctor(user.runs(emt(user)))).contains("unprivileged, with subordinate ids");
  }

  @Test
  void withoutSubordinateIdsTheCommandsThatGiveThemAreNamed() throws Exception {
    OrdinaryUser user = OrdinaryUser.withoutIds(folder);

    assertThat(doctor(user.runs(emt(user))))
        .contains(
            "/etc/subuid: no range of 65536 ids for emt-test (expected: one)",
            "fix: sudo usermod --add-subuids 100000-165535 emt-test",
            "/etc/subgid: no range of 65536 ids for emt-test (expected: one)",
            "fix: sudo usermod --add-subgids 100000-165535 emt-test");
  }

  @Test
  void whereNamespacesAreForbiddenTheSettingIsNamed() throws Exception {
    OrdinaryUser user = OrdinaryUser.in(folder);
    Emt emt = user.runsWithoutNamespaces(emt(user));

    assertThat(doctor(emt))
        .contains(
            "user.max_user_namespaces: 0 (expected: at least 1)",
            "fix: sudo sysctl -w user.max_user_namespaces=15000");
    Emt.Ending ending = emt.run("debug", "configure", "minimal", "-c", "true");
    assertThat(ending.said()).contains("user.max_user_namespaces: 0 (expected: at least 1)");
    assertThat(ending.exit()).isEqualTo(4);
  }

  private Emt emt(OrdinaryUser user) throws IOException {
    user.give(work);
    return new Emt(
        work,
        Map.of("HOME", work.toString(), "EMT_CACHE", work.resolve("cache").toString()),
        List.of(),
        "022");
  }

  private static String doctor(Emt emt) throws IOException, InterruptedException {
    return emt.run("doctor").said();
  }
}
