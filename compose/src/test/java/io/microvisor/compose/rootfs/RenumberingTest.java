package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenumberingTest {
  @TempDir Path folder;

  @Test
  void numbersThatAreWrittenDownAreInTheirRangeAndDistinct() {
    Map<String, Long> known = SystemNumbers.known();

    assertThat(known.values()).allSatisfy(number -> assertThat(number).isBetween(100L, 699L));
    assertThat(new HashSet<>(known.values())).hasSameSizeAs(known.keySet());
    assertThat(known).containsEntry("messagebus", 100L).containsEntry("systemd-network", 101L);
  }

  @Test
  void unknownNamesHaveNumbersAboveThose() {
    for (int i = 0; i < 1000; i++) {
      assertThat(SystemNumbers.of("unknown-" + i)).isBetween(700L, 999L);
    }
    assertThat(SystemNumbers.of("unknown-0")).isEqualTo(SystemNumbers.of("unknown-0"));
  }

  @Test
  void aNameHasTheSameNumberInEverySetOfPackages() throws IOException {
    List<List<String>> sets =
        List.of(
            List.of("messagebus"),
            List.of("messagebus", "acme-db"),
            List.of("acme-db"),
            List.of("postgres", "messagebus", "systemd-network"),
            List.of("acme-web", "acme-db", "messagebus"));

    for (List<String> set : sets) {
      RootEditor root = root(set);

      assertThat(Renumbering.apply(root, template("").system())).isEmpty();

      for (String name : set) {
        String number = Long.toString(SystemNumbers.of(name));
        assertThat(root.text("etc/passwd").orElseThrow())
            .contains("\n" + name + ":x:" + number + ":" + number + ":");
        assertThat(root.text("etc/group").orElseThrow()).contains("\n" + name + ":x:" + number);
        assertThat(root.find("var/lib/" + name).orElseThrow().meta())
            .extracting(Meta::uid, Meta::gid)
            .containsExactly(SystemNumbers.of(name), SystemNumbers.of(name));
      }
      assertThat(root.text("etc/passwd").orElseThrow())
          .startsWith("root:x:0:0:")
          .contains("www-data:x:33:33:", "nobody:x:65534:65534:");
    }
  }

  @Test
  void accessControlListsFollow() throws IOException {
    byte[] list = {
      2,
      0,
      0,
      0,
      1,
      0,
      7,
      0,
      -1,
      -1,
      -1,
      -1,
      2,
      0,
      5,
      0,
      (byte) 0xe7,
      3,
      0,
      0,
      8,
      0,
      5,
      0,
      4,
      0,
      0,
      0
    };
    RootEditor root = root(List.of("messagebus"));
    Attributes attributes = Attributes.NONE.with("system.posix_acl_access", list);
    root.directory("srv", Meta.of(0755).withAttributes(attributes));

    assertThat(Renumbering.apply(root, template("").system())).isEmpty();

    byte[] after = list.clone();
    after[16] = 100;
    after[17] = 0;
    assertThat(root.find("srv").orElseThrow().meta().attributes())
        .isEqualTo(Attributes.NONE.with("system.posix_acl_access", after));
  }

  @Test
  void hardLinksStay() throws IOException {
    FileTree.Builder builder = FileTree.builder();
    builder.put("a", new Inode.Fifo(Meta.of(0600).withOwner(999, 999)));
    builder.link(TreePath.of("b"), TreePath.of("a"));
    RootEditor tree = new RootEditor(builder.build(), ContentSource.of(Map.of()), 0);
    tree.write("etc/passwd", 0644, "games2:x:999:999::/:/bin/false\n");

    Renumbering.apply(tree, template("").system());

    assertThat(tree.tree().entry(TreePath.of("a")).orElseThrow().id())
        .isEqualTo(tree.tree().entry(TreePath.of("b")).orElseThrow().id());
    assertThat(tree.find("a").orElseThrow().meta().uid()).isEqualTo(SystemNumbers.of("games2"));
  }

  @Test
  void whatTheTemplateStatesWins() throws IOException {
    RootEditor root = root(List.of("messagebus", "acme"));

    List<Problem> problems =
        Renumbering.apply(root, template("  groups: [{name: acme, gid: 345}]\n").system());

    assertThat(problems).isEmpty();
    assertThat(root.text("etc/passwd").orElseThrow()).contains("acme:x:345:345:");
    assertThat(root.text("etc/group").orElseThrow()).contains("acme:x:345:");
  }

  @Test
  void refusesANumberThatIsTaken() throws IOException {
    assertThat(
            Renumbering.apply(
                root(List.of("messagebus")),
                template("  groups: [{name: mine, gid: 100}]\n").system()))
        .isNotEmpty()
        .allSatisfy(problem ->
            assertThat(problem.toString())
                .contains("image.yaml", "mine: has number 100, and so has messagebus"));
    assertThat(
            Renumbering.apply(
                root(List.of("messagebus")),
                template("  users: [{name: www-data, uid: 500}]\n").system()))
        .first()
        .asString()
        .contains("user www-data: cannot be 500, Debian makes it 33");
  }

  @Test
  void aNumberOfTheTemplatesOwnAccountIsRefusedWhereAPackagesAccountHasIt() throws IOException {
    for (String account :
        List.of("users: [{name: mine, uid: 100}]", "groups: [{name: a, gid: 33}]")) {
      assertThat(
              Renumbering.apply(
                  root(List.of("messagebus")), template("  " + account + "\n").system()))
          .hasSize(1)
          .first()
          .satisfies(problem -> {
            assertThat(problem.place().line()).isEqualTo(5);
            assertThat(problem.what()).contains(" has number ", ", which a package makes");
          });
    }
  }

  @Test
  void aNumberStatedForAUserGoesToThePackagesGroupUnlessItIsTaken() throws IOException {
    String user = "  users: [{name: acme, uid: 345}]\n";
    RootEditor alone = root(List.of("acme"));
    assertThat(Renumbering.apply(alone, template(user).system())).isEmpty();
    assertThat(alone.text("etc/group").orElseThrow()).contains("\nacme:x:345:");

    RootEditor taken = root(List.of("acme"));
    assertThat(
            Renumbering.apply(
                taken, template(user + "  groups: [{name: other, gid: 345}]\n").system()))
        .isEmpty();
    assertThat(taken.text("etc/passwd").orElseThrow())
        .contains("\nacme:x:345:" + SystemNumbers.of("acme") + ":");
  }

  /// A root as packages leave it, numbers given from 999 down in the order of the names.
  private static RootEditor root(List<String> names) {
    StringBuilder passwd = new StringBuilder("root:x:0:0:root:/root:/bin/bash\n");
    StringBuilder group = new StringBuilder("root:x:0:\n");
    passwd.append("www-data:x:33:33::/var/www:/usr/sbin/nologin\n");
    group.append("www-data:x:33:\n");
    passwd.append("nobody:x:65534:65534::/:/usr/sbin/nologin\n");
    RootEditor root = new RootEditor(FileTree.empty(), ContentSource.of(Map.of()), 0);
    long next = 999;
    for (String name : names) {
      passwd.append("%s:x:%d:%d::/:/usr/sbin/nologin\n".formatted(name, next, next));
      group.append("%s:x:%d:\n".formatted(name, next));
      root.directory("var/lib/" + name, Meta.of(0750).withOwner(next, next));
      next--;
    }
    return root.write("etc/passwd", 0644, passwd.toString())
        .write("etc/group", 0644, group.toString());
  }

  private Template template(String more) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("image.yaml"),
            "extends: minimal\nimage: {name: x, version: \"1\"}\nsystemConfig:\n  hostname: x\n"
                + more);
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded loaded -> loaded.template();
      case Loading.Rejected rejected -> throw new AssertionError(rejected.problems().toString());
    };
  }
}
