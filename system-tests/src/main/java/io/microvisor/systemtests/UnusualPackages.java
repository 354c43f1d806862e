package io.microvisor.systemtests;

import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.packages.install.Preseed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Packages that do what few packages do: divert, replace, disappear, override modes, activate triggers, ask questions.
/// Whatever the order in which they are unpacked, the outcome is the same.
public final class UnusualPackages {
  /// The answers their questions get.
  public static final List<Preseed> PRESEEDS =
      List.of(
          new Preseed("zoo-questions", "zoo/animal", "select", "lion"),
          new Preseed("zoo-questions", "zoo/open", "boolean", "false"));

  private static final int GAMES = 60;

  private final MiniArchive archive;
  private final List<Path> files = new ArrayList<>();

  private UnusualPackages(MiniArchive archive) {
    this.archive = archive;
  }

  /// Makes the packages.
  ///
  /// @param folder is empty
  public static List<Path> make(Path folder) throws IOException {
    UnusualPackages zoo = new UnusualPackages(new MiniArchive(folder));
    zoo.base();
    zoo.diversions();
    zoo.replacements();
    zoo.overrides();
    zoo.links();
    zoo.triggers();
    zoo.questions();
    return zoo.files;
  }

  private void base() throws IOException {
    Attributes none = Attributes.NONE;
    SampleTree tree =
        new SampleTree()
            .file("usr/bin/zoo-tool", text("base"), SampleTree.plain(0755))
            .link("usr/bin/zoo-twin", "usr/bin/zoo-tool")
            .file("usr/bin/zoo-setgid", text("s"), new Meta(02755, 0, GAMES, 1_700_000_000, none))
            .file("lib/zoo/aliased", text("below a link of merged usr"))
            .file("usr/share/zoo/shared", text("base"))
            .file("usr/share/zoo/divertible", text("base"))
            .put("var/lib/zoo", new Inode.Directory(new Meta(02775, 0, GAMES, 5, none)))
            .put("var/lib/zoo/fifo", new Inode.Fifo(SampleTree.plain(0600)))
            .file("etc/zoo/zoo.conf", text("configuration"));
    add(
        "base",
        "",
        Map.of("conffiles", "/etc/zoo/zoo.conf\nremove-on-upgrade /etc/zoo/old.conf\n"),
        tree);
  }

  private void diversions() throws IOException {
    add(
        "diverter",
        "",
        Map.of(
            "preinst",
            """
            #!/bin/sh
            set -e
            dpkg-divert --package zoo-diverter --add --rename --divert /usr/bin/zoo-tool.distrib /usr/bin/zoo-tool
            dpkg-divert --package zoo-diverter --add --rename --divert /usr/share/zoo/away /usr/share/zoo/divertible
            """),
        new SampleTree().file("usr/bin/zoo-tool", text("wrapper"), SampleTree.plain(0755)));
    add(
        "local",
        "",
        Map.of(
            "preinst",
            """
            #!/bin/sh
            set -e
            dpkg-divert --local --add --no-rename --divert /usr/share/zoo/local.moved /usr/share/zoo/local
            """),
        new SampleTree().file("usr/share/zoo/local", text("diverted from its own package")));
  }

  private void replacements() throws IOException {
    add(
        "replacer",
        "Replaces: zoo-base (<< 2)\n",
        Map.of(),
        new SampleTree().file("usr/share/zoo/shared", text("replacer")));
  }

  private void overrides() throws IOException {
    add(
        "overrides",
        "",
        Map.of(
            "preinst",
            "#!/bin/sh\nset -e\ndpkg-statoverride --add root games 2711 /usr/bin/zoo-early\n",
            "postinst",
            "#!/bin/sh\nset -e\ndpkg-statoverride --update --add games root 0700 /usr/bin/zoo-late\n"),
        new SampleTree()
            .file("usr/bin/zoo-early", text("early"), SampleTree.plain(0755))
            .file("usr/bin/zoo-late", text("late"), SampleTree.plain(0755)));
  }

  private void links() throws IOException {
    add(
        "link",
        "",
        Map.of(),
        new SampleTree()
            .file("usr/share/zoo-real/one", text("1"))
            .put("usr/share/zoo-linked", new Inode.Symlink(SampleTree.plain(0777), "zoo-real")));
    add(
        "through",
        "Pre-Depends: zoo-link\n",
        Map.of(
            "preinst",
            "#!/bin/sh\nset -e\ndpkg-query -W -f '${Status}\\n' zoo-link >/var/lib/zoo-through\n"),
        new SampleTree().file("usr/share/zoo-linked/two", text("2")));
    for (int i = 1; i <= 2; i++) {
      String name = "/usr/bin/zoo-choice-" + i;
      add(
          "choice-" + i,
          "",
          Map.of(
              "postinst",
              "#!/bin/sh\nset -e\nupdate-alternatives --install /usr/bin/zoo-choice zoo-choice "
                  + name
                  + " "
                  + i
                  + "0\n"),
          new SampleTree().file(name.substring(1), text(name), SampleTree.plain(0755)));
    }
  }

  private void triggers() throws IOException {
    String count = "ls /usr/share/zoo-plugins >/var/lib/zoo-plugins\n";
    add(
        "host",
        "",
        Map.of(
            "triggers",
            "interest-noawait /usr/share/zoo-plugins\ninterest zoo-named\n",
            "postinst",
            "#!/bin/sh\nset -e\nmkdir -p /usr/share/zoo-plugins\n" + count),
        new SampleTree().file("usr/share/zoo-plugins/own", text("own")));
    add(
        "plugin",
        "",
        Map.of("triggers", "activate zoo-named\n"),
        new SampleTree().file("usr/share/zoo-plugins/plugin", text("plugin")));
    add(
        "cycle-a",
        "Depends: zoo-cycle-b\n",
        Map.of("postinst", "#!/bin/sh\necho a >>/var/lib/zoo-cycle\n"),
        new SampleTree());
    add("cycle-b", "Depends: zoo-cycle-a\n", Map.of(), new SampleTree());
  }

  private void questions() throws IOException {
    add(
        "questions",
        "Depends: debconf\nPre-Depends: debconf\n",
        Map.of(
            "templates",
            """
            Template: zoo/animal
            Type: select
            Choices: lion, tiger
            Default: tiger
            Description: Which?

            Template: zoo/open
            Type: boolean
            Default: true
            Description: Open?
            """,
            "config",
            """
            #!/bin/sh
            set -e
            . /usr/share/debconf/confmodule
            db_get zoo/animal
            echo "$RET" >/var/lib/zoo-config
            db_input high zoo/animal || true
            db_go || true
            """,
            "preinst",
            """
            #!/bin/sh
            set -e
            . /usr/share/debconf/confmodule
            db_get zoo/open
            echo "$RET" >/var/lib/zoo-preinst
            """,
            "postinst",
            """
            #!/bin/sh
            set -e
            . /usr/share/debconf/confmodule
            db_get zoo/animal
            echo "$RET" >/var/lib/zoo-postinst
            """),
        new SampleTree());
  }

  private void add(String name, String fields, Map<String, String> controlFiles, SampleTree tree)
      throws IOException {
    String doc = "usr/share/doc/zoo-" + name + "/copyright";
    files.add(archive.add("zoo-" + name, "1.0", fields, controlFiles, tree.file(doc, text(name))));
  }

  private static byte[] text(String text) {
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
