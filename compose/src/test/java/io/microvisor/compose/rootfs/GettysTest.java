package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.template.Services;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.FileView;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GettysTest {
  private static final String UNITS = "usr/lib/systemd/system/";
  private static final Place PLACE = new Place("node.yaml", 1, 1);

  private final RootEditor root =
      new RootEditor(FileTree.builder().build(), ContentSource.of(Map.of()), 0);

  /// As in Debian 13.
  @BeforeEach
  void image() {
    root.symlink("bin", "usr/bin").symlink("sbin", "usr/sbin");
    root.write("usr/sbin/agetty", 0755, "elf").write("usr/bin/login", 0755, "elf");
    root.symlink(UNITS + "default.target", "graphical.target");
    root.write(UNITS + "graphical.target", 0644, "[Unit]\nRequires=multi-user.target\n");
    root.write(UNITS + "multi-user.target", 0644, "[Unit]\n");
    root.write(UNITS + "getty.target", 0644, "[Unit]\n");
    root.symlink(UNITS + "multi-user.target.wants/getty.target", "../getty.target");
    root.write(UNITS + "getty@.service", 0644, getty("-o '-- \\\\u' --noclear - $TERM"));
    root.write(
        UNITS + "serial-getty@.service", 0644, getty("-o '-- \\\\u' --keep-baud 115200,9600 -"));
    root.symlink(
        "etc/systemd/system/getty.target.wants/getty@tty1.service",
        "/usr/lib/systemd/system/getty@.service");
    root.write("usr/lib/systemd/system-generators/systemd-getty-generator", 0755, "elf");
  }

  private static String getty(String arguments) {
    return "[Service]\nExecStart=-/sbin/agetty " + arguments + "\n";
  }

  private List<String> problems() throws IOException {
    return Gettys.check(FileView.of(root.tree(), root.contents()), PLACE).stream()
        .map(Object::toString)
        .toList();
  }

  @Test
  void acceptsAGettyThatFindsItsLoginProgram() throws IOException {
    assertThat(problems()).isEmpty();
  }

  @Test
  void namesEachGettyTheProgramItLacksAndAWayOut() throws IOException {
    root.remove("usr/bin/login");

    assertThat(problems())
        .containsExactly(
            """
            node.yaml:1:1: getty@tty1.service: /bin/login is no program of the image (expected: one, or nobody can log in on this console)
              advice: do not remove it: the package login has it
              advice: for a machine without a console, mask getty.target under systemConfig.services\
            """,
            """
            node.yaml:1:1: serial-getty@.service: /bin/login is no program of the image (expected: one, or nobody can log in on this console)
              advice: do not remove it: the package login has it
              advice: for a machine without a console, mask getty.target under systemConfig.services\
            """);
  }

  @Test
  void refusesALoginProgramThatNobodyMayRun() throws IOException {
    root.write("usr/bin/login", 0644, "elf");

    assertThat(problems()).hasSize(2);
  }

  @Test
  void refusesAGettyWithoutAgetty() throws IOException {
    root.remove("usr/sbin/agetty");

    assertThat(problems()).hasSize(2).allSatisfy(each -> assertThat(each).contains("/sbin/agetty"));
  }

  @Test
  void knowsEachWayToNameAnotherLoginProgram() throws IOException {
    for (String option :
        List.of(
            "-l /opt/greet",
            "-l/opt/greet",
            "--login-program /opt/greet",
            "-n --login-program=/opt/greet")) {
      root.write(
          "etc/systemd/system/serial-getty@.service.d/own.conf",
          0644,
          "[Service]\nExecStart=\nExecStart=-/sbin/agetty " + option + " -\n");

      assertThat(problems())
          .singleElement()
          .asString()
          .as(option)
          .contains("serial-getty@.service: /opt/greet is no program");
    }
    root.write("opt/greet", 0755, "#!/bin/sh\n");

    assertThat(problems()).isEmpty();
  }

  @Test
  void takesTheValueOfAnotherOptionForNoLoginProgram() throws IOException {
    root.write(UNITS + "serial-getty@.service", 0644, getty("-o '-l /opt/greet' --host -l -"));

    assertThat(problems()).isEmpty();
  }

  @Test
  void asksNothingOfGettysThatDoNotRun() throws IOException {
    root.remove("usr/bin/login");
    root.symlink("etc/systemd/system/serial-getty@.service", "/dev/null");
    root.remove("etc/systemd/system/getty.target.wants/getty@tty1.service");

    assertThat(problems()).isEmpty();
  }

  @Test
  void asksNothingWhereTheirTargetIsMasked() throws IOException {
    root.remove("usr/bin/login");
    root.symlink("etc/systemd/system/getty.target", "/dev/null");

    assertThat(problems()).isEmpty();
  }

  @Test
  void wantsTheLoginProgramUnlessAllGettysAreMasked() {
    assertThat(Gettys.wanted(masked())).isTrue();
    assertThat(Gettys.wanted(masked("getty@.service"))).isTrue();
    assertThat(Gettys.wanted(masked("getty.target"))).isFalse();
    assertThat(Gettys.wanted(masked("getty@", "serial-getty@.service"))).isFalse();
  }

  private static Services masked(String... units) {
    return new Services(
        List.of(),
        List.of(),
        Stream.of(units).map(unit -> new Services.Unit(unit, PLACE)).toList(),
        List.of());
  }
}
