package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a template's `services` and its preset files make of the units in an image.
class ServicesTest {
  private static final String LIB = "usr/lib/systemd/system/";

  @TempDir Path folder;

  private final RootEditor packages =
      new RootEditor(FileTree.empty(), ContentSource.of(Map.of()), 0)
          .write("etc/passwd", 0644, "root:x:0:0::/root:/bin/sh\n")
          .write("etc/group", 0644, "root:x:0:\n")
          .write("etc/shadow", 0640, "root:*:1:0:99999:7:::\n")
          .write("etc/gshadow", 0640, "root:*::\n")
          .write(LIB + "a.service", 0644, "[Install]\nWantedBy=m.target\nAlso=a.socket\n")
          .write(LIB + "a.socket", 0644, "[Install]\nWantedBy=s.target\n")
          .write(LIB + "b.service", 0644, "[Install]\nWantedBy=m.target\n")
          .write(LIB + "c@.service", 0644, "[Install]\nWantedBy=m.target\n")
          .write(LIB + "ssh.service", 0644, "[Service]\n")
          .write(LIB + "systemd-networkd.service", 0644, "[Install]\nWantedBy=n.target\n")
          .write(LIB + "systemd-resolved.service", 0644, "[Service]\n")
          .symlink(LIB + "nick.service", "a.service")
          .symlink("etc/systemd/system/m.target.wants/b.service", "/" + LIB + "b.service");

  @Test
  void whatIsNamedCountsMoreThanWhatComesAlong() throws IOException {
    assertThat(links("services: {enable: [a.service], disable: [a.socket, b.service]}"))
        .containsExactly("m.target.wants/a.service");
    assertThat(links("services: {enable: [a.socket], disable: [a.service]}"))
        .containsExactly("m.target.wants/b.service", "s.target.wants/a.socket");
  }

  @Test
  void anAliasAndAnInstanceWithDotsAreUnits() throws IOException {
    assertThat(
            links(
                "services: {enable: [nick.service, c@vpn.example.com.service], mask: [b.service]}"))
        .containsExactly(
            "b.service",
            "m.target.wants/a.service",
            "m.target.wants/b.service",
            "m.target.wants/c@vpn.example.com.service",
            "s.target.wants/a.socket");
  }

  @Test
  void aPresetFileOfTheTemplateDecidesWhatItNamesAndServicesMore() throws IOException {
    packages.write("usr/lib/systemd/system-preset/90-package.preset", 0644, "enable a.*\n");
    String file =
        "additionalFiles: [{final: /etc/systemd/system-preset/10-own.preset, content: \"%s\"}]";

    assertThat(links(file.formatted("disable b.service\\nenable a.socket\\n")))
        .containsExactly("s.target.wants/a.socket");
    assertThat(links(file.formatted("disable *\\n") + "\n  services: {enable: [b.service]}"))
        .containsExactly("m.target.wants/b.service");
  }

  @Test
  void aUnitThatCannotBeEnabledIsAProblem() {
    assertThatThrownBy(() -> links("services: {enable: [c@.service]}"))
        .isInstanceOfSatisfying(
            RejectedException.class,
            e ->
                assertThat(e.problems())
                    .singleElement()
                    .asString()
                    .contains("c@.service: is a template, and m.target cannot pull it in"));
  }

  /// As `systemctl --root mask` has it: the link that enabling made is in the way.
  @Test
  void anAliasMadeByEnablingCannotBeMaskedButOneOfAPackageCan() throws IOException {
    packages.symlink("etc/systemd/system/other.service", "/" + LIB + "a.service");

    assertThatThrownBy(() -> links("services: {mask: [other.service]}"))
        .isInstanceOfSatisfying(
            RejectedException.class,
            e ->
                assertThat(e.problems())
                    .singleElement()
                    .asString()
                    .contains("mask: other.service is an alias of a.service", "mask a.service"));
    packages.remove("etc/systemd/system/other.service");
    assertThat(links("services: {mask: [nick.service]}"))
        .containsExactly("m.target.wants/b.service", "nick.service");
  }

  @Test
  void whatIsToBeMaskedIsThereOrMayComeAtBoot() throws IOException {
    packages.write("etc/init.d/old", 0755, "#!/bin/sh\n");

    assertThat(links("services: {mask: [old.service, dev-sda2.swap]}"))
        .contains("old.service", "dev-sda2.swap");
    assertThatThrownBy(() -> links("services: {mask: [apt-dailyy.timer]}"))
        .isInstanceOfSatisfying(
            RejectedException.class,
            e ->
                assertThat(e.problems())
                    .singleElement()
                    .asString()
                    .contains("apt-dailyy.timer: no such unit in the image"));
  }

  @Test
  void saysThatThereIsOnlyAnInitScriptAndWhatToDo() throws IOException {
    packages.write("etc/init.d/old", 0755, "#!/bin/sh\n");
    String what =
        "old.service: only an init script in the image, /etc/init.d/old (expected: a unit)";

    assertThatThrownBy(() -> links("services: {enable: [old.service]}"))
        .hasMessageContaining(what)
        .hasMessageContaining("put a unit that runs the script under systemConfig.services.units");
    assertThatThrownBy(() -> links("services: {disable: [old.service]}"))
        .hasMessageContaining(what)
        .hasMessageContaining("mask it");

    packages.symlink("etc/rc3.d/S01old", "../init.d/old");
    packages.write("usr/lib/systemd/system-generators/systemd-sysv-generator", 0755, "ELF");
    assertThatThrownBy(() -> links("services: {enable: [old.service]}"))
        .hasMessageContaining(what)
        .hasMessageContaining("leave it out here: systemd-sysv-generator makes a unit");
  }

  @Test
  void aFileThroughALinkCannotReplaceAUsersKeys() {
    packages.symlink("house", "home");

    assertThatThrownBy(() ->
            links(
                """
                users: [{name: me, sshAuthorizedKeys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA]}]
                  additionalFiles: [{final: /house/me/.ssh/authorized_keys, content: B}]\
                """))
        .isInstanceOfSatisfying(
            RejectedException.class,
            e ->
                assertThat(e.problems())
                    .anySatisfy(problem ->
                        assertThat(problem.toString())
                            .contains("leads to /home/me/.ssh/authorized_keys")));
  }

  private List<String> links(String system) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("image.yaml"),
            """
            extends: minimal
            image: {name: units, version: "1"}
            systemConfig:
              %s
            """
                .formatted(system));
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded loaded -> {
        ContentSource contents = digest -> Optional.ofNullable(packages.added().get(digest));
        FileTree root =
            RootFileSystem.compose(loaded.template(), packages.tree(), contents, 0).tree();
        String folder = "etc/systemd/system/";
        yield root.below(TreePath.of(folder))
            .filter(entry -> entry.inode() instanceof Inode.Symlink)
            .map(entry -> entry.path().toString().substring(folder.length()))
            .filter(path -> !path.startsWith("n.target"))
            .toList();
      }
      case Loading.Rejected rejected -> throw new RejectedException(rejected.problems());
    };
  }
}
