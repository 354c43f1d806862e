package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.rootfs.RootFileSystem;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.install.MergedPackages;
import io.microvisor.packages.install.PackageMerge;
import io.microvisor.sandbox.Sandbox;
import io.microvisor.sandbox.SandboxResult;
import io.microvisor.sandbox.SandboxSpec;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.store.Store;
import io.microvisor.systemtests.TreeListing.Fact;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Users and groups of templates are those that `useradd`, `usermod` and `groupadd` make: account files, subordinate ids and
/// home folders, path by path, for generated images and templates, which may bring skeleton and settings of their own; and no name is taken that `useradd` refuses.
///
/// Where a template neither states a number nor adds a group, `useradd` chooses the numbers. Else it is told ours, of which
/// it refuses those that are taken.
class AccountsOracleTest {
  private static final long EPOCH = 1_770_000_000L;
  private static final int CASES = 12;
  private static final TreePath FOLDER = TreePath.of("cases");
  private static final TreePath NAMES = TreePath.of("names");
  private static final List<String> FILES =
      List.of("passwd", "group", "shadow", "gshadow", "subuid", "subgid");
  private static final Set<Fact> FACTS =
      EnumSet.of(Fact.MODE, Fact.OWNER, Fact.TIME, Fact.HARD_LINKS);
  private static final String HASH = "$6$salt$hash";

  /// The accounts of an image before the template's, with numbers that images leave alone.
  private static final Map<String, String> BEFORE =
      Map.of(
          "passwd",
          """
          root:x:0:0:root:/root:/bin/bash
          www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
          backup:x:34:34:backup:/var/backups:/usr/sbin/nologin
          nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
          messagebus:x:100:100::/nonexistent:/usr/sbin/nologin
          """,
          "group",
          """
          root:x:0:
          adm:x:4:
          sudo:x:27:
          audio:x:29:backup
          www-data:x:33:
          backup:x:34:
          shadow:x:42:
          nogroup:x:65534:
          messagebus:x:100:
          """,
          "shadow",
          """
          root:*:20000:0:99999:7:::
          www-data:*:20000:0:99999:7:::
          backup:*:20000:0:99999:7:::
          nobody:*:20000:0:99999:7:::
          messagebus:!:20000::::::
          """,
          "gshadow",
          """
          root:*::
          adm:*::
          sudo:*::
          audio:*::backup
          www-data:*::
          backup:*::
          shadow:*::
          nogroup:*::
          messagebus:!::
          """);

  /// What packages may have added among the numbers that people get.
  private static final List<Map<String, String>> PEOPLE =
      List.of(
          Map.of("group", "crew:x:1000:\n", "gshadow", "crew:!::\n"),
          Map.of("group", "crew:x:1001:\ncamp:x:1500:\n", "gshadow", "crew:!::\ncamp:!::\n"),
          Map.of(
              "passwd", "old:x:1005:1005::/nonexistent:/usr/sbin/nologin\n",
              "shadow", "old:!:20000::::::\n",
              "group", "old:x:1005:\n",
              "gshadow", "old:!::\n"),
          Map.of(
              "passwd", "old:x:60000:100::/nonexistent:/usr/sbin/nologin\n",
              "shadow", "old:!:20000::::::\n"));

  private static final List<String> SUBORDINATE =
      List.of(
          "",
          "other:100000:65536\n",
          "other:165536:65536\nelse:100000:65536\n",
          "b:300000:65536\na:100000:10000\n",
          "a:50000:60000\n",
          "a:100000:65536\nb:165537:65536\nc:400000:1\n");

  private static final List<String> SETTINGS =
      List.of(
          "",
          "",
          "UID_MIN 2000\nGID_MIN 2000\n",
          "SUB_UID_COUNT 1000\nSUB_GID_MIN 0x100000\n",
          "PASS_MAX_DAYS 90\nPASS_WARN_AGE 14\nHOME_MODE 0750\n");

  @TempDir Path folder;

  /// An image and what its template says.
  ///
  /// @param groups entries of `systemConfig.groups`, key by key
  /// @param users entries of `systemConfig.users`, key by key
  /// @param files entries of `systemConfig.additionalFiles`
  /// @param folders entries of `systemConfig.additionalFolders`
  /// @param with the image with these files and folders
  private record Case(
      SampleTree before,
      List<SortedMap<String, String>> groups,
      List<SortedMap<String, String>> users,
      List<String> files,
      List<String> folders,
      SampleTree with) {
    boolean isNumbered() {
      return !groups.isEmpty() || users.stream().anyMatch(user -> user.containsKey("uid"));
    }

    String template() {
      return """
      image: {name: users, version: "1"}
      target: {os: debian, dist: debian13, arch: x86_64, imageType: raw}
      systemConfig:
        kernel: {packages: [linux-image-amd64]}
        groups: [%s]
        users: [%s]
        additionalFiles: [%s]
        additionalFolders: [%s]
      """
          .formatted(
              listed(groups), listed(users), String.join(", ", files), String.join(", ", folders));
    }

    private static String listed(List<SortedMap<String, String>> entries) {
      return entries.stream()
          .map(entry ->
              entry.entrySet().stream()
                  .map(key -> key.getKey() + ": " + key.getValue())
                  .collect(Collectors.joining(", ", "{", "}")))
          .collect(Collectors.joining(", "));
    }
  }

  @Test
  void accountsAreThoseThatTheRealProgramsMake() throws IOException, InterruptedException {
    try (Archive archive = Archive.open();
        Store created = Store.open(folder.resolve("store"))) {
      MergedPackages tools = tools(archive);
      FileTree.Builder tree = tools.tree().toBuilder();
      ContentSource contents = created.contents().or(tools.contents());
      StringBuilder script = new StringBuilder("set -eu\n");
      List<Case> cases = new ArrayList<>();
      List<SortedMap<String, String>> ours = new ArrayList<>();
      for (int i = 0; i < CASES; i++) {
        Case each = generated(new Random(i), tools);
        cases.add(each);
        TreePath root = FOLDER.resolve(Integer.toString(i));
        put(tree, root, each.with().tree());
        contents = each.with().contents().or(each.before().contents()).or(contents);
        RootFileSystem.Result image = compose(each);
        ours.add(listing(image.tree(), TreePath.ROOT, added(image).or(contents)));
        script.append(commands(each, root.absolute(), image));
      }
      List<String> names = names(new Random(1));
      put(tree, NAMES, image(new Random(1), tools).tree());
      script.append("set +e\nfor name in").append(quoted(names)).append("; do\n");
      script.append("useradd --root /names -- \"$name\" 2>/dev/null && printf '%s\\n' \"$name\"\n");
      script.append("done >/names/taken\nexit 0\n");

      SandboxResult real =
          run(
              SandboxSpec.of(
                  tree.build(),
                  image(new Random(1), tools).contents().or(contents),
                  List.of("/usr/bin/sh", "-c", script.toString()),
                  EPOCH),
              created);

      SoftAssertions softly = new SoftAssertions();
      for (int i = 0; i < CASES; i++) {
        TreePath root = FOLDER.resolve(Integer.toString(i));
        softly
            .assertThat(TreeListing.differences(listing(real.tree(), root, contents), ours.get(i)))
            .as("case " + i + ": " + cases.get(i).template())
            .isEmpty();
      }
      softly.assertAll();
      List<String> taken = text(real.tree(), NAMES.resolve("taken"), contents).lines().toList();
      assertThat(accepted(names)).isNotEmpty().isSubsetOf(taken);
      assertThat(taken).hasSizeLessThan(names.size());
    }
  }

  private static MergedPackages tools(Archive archive) throws IOException, InterruptedException {
    archive.snapshots();
    return PackageMerge.merge(
        archive.provider().choose(List.of("passwd", "dash", "coreutils")).unpacked());
  }

  /// An image before its template.
  private static SampleTree image(Random random, MergedPackages tools) throws IOException {
    SampleTree image = new SampleTree();
    Map<String, String> more = random.nextInt(3) == 0 ? any(random, PEOPLE) : Map.of();
    BEFORE.forEach((file, text) ->
        image.file(
            "etc/" + file,
            bytes(text + more.getOrDefault(file, "")),
            file.endsWith("shadow")
                ? SampleTree.plain(0640).withOwner(0, 42)
                : SampleTree.plain(0644)));
    if (random.nextInt(8) > 0) {
      image.file("etc/subuid", bytes(any(random, SUBORDINATE)));
      image.file("etc/subgid", bytes(any(random, SUBORDINATE)));
    }
    String defs = text(tools.tree(), TreePath.of("etc/login.defs"), tools.contents());
    image.file("etc/login.defs", bytes(defs + any(random, SETTINGS)));
    image.file(
        "etc/default/useradd",
        bytes(text(tools.tree(), TreePath.of("etc/default/useradd"), tools.contents())));
    image.file("etc/skel/.profile", bytes("profile"));
    // Empty, because a kernel takes the bits off as soon as root of a user namespace, as in the
    // sandbox, writes to it.
    image.file("etc/skel/bin/run", bytes(""), SampleTree.plain(06755));
    image.link("etc/skel/again", "etc/skel/.profile");
    image.put("etc/skel/near", new Inode.Symlink(SampleTree.plain(0777), ".profile"));
    image.put("etc/skel/own", new Inode.Symlink(SampleTree.plain(0777), "/etc/skel/bin/run"));
    image.put("etc/skel/far", new Inode.Symlink(SampleTree.plain(0777), "/etc/hostname"));
    image.put("etc/skel/empty", new Inode.Directory(SampleTree.plain(0711)));
    image.put("home/there", new Inode.Directory(SampleTree.plain(02755).withOwner(34, 4)));
    image.put("var/backups", new Inode.Directory(SampleTree.plain(0755)));
    image.put("root", new Inode.Directory(SampleTree.plain(0700)));
    for (String program : List.of("bin/bash", "bin/sh", "usr/sbin/nologin")) {
      image.file(program, bytes("#!"), SampleTree.plain(0755));
    }
    return image;
  }

  private static Case generated(Random random, MergedPackages tools) throws IOException {
    boolean numbered = random.nextBoolean();
    List<String> numbers = new ArrayList<>();
    for (int number : new int[] {950, 1000, 1001, 1002, 1003, 1010, 2000, 2001, 59_999, 60_000}) {
      numbers.add(Integer.toString(number));
    }
    Collections.shuffle(numbers, random);
    List<SortedMap<String, String>> groups = new ArrayList<>();
    for (int i = random.nextInt(4); numbered && i > 0; i--) {
      SortedMap<String, String> group = new TreeMap<>(Map.of("name", "team" + i));
      if (random.nextBoolean()) {
        group.put("gid", numbers.removeLast());
      }
      groups.add(group);
    }
    List<SortedMap<String, String>> users = new ArrayList<>();
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      users.add(newUser(random, "user" + i, numbered ? numbers.removeLast() : "", groups));
    }
    for (String name : List.of("root", "www-data", "backup", "messagebus")) {
      if (random.nextInt(3) == 0) {
        users.add(random.nextInt(users.size() + 1), changed(random, name));
      }
    }
    long seed = random.nextLong();
    SampleTree with = image(new Random(seed), tools);
    List<String> files = new ArrayList<>();
    List<String> folders = new ArrayList<>();
    if (random.nextBoolean()) {
      String defs = text(tools.tree(), TreePath.of("etc/login.defs"), tools.contents());
      String settings =
          defs.lines().filter(line -> line.matches("[A-Z].*")).collect(Collectors.joining("\n"))
              + "\nUID_MIN 3000\nSUB_UID_MIN 700000\nPASS_MAX_DAYS 80\nHOME_MODE 0711\n";
      files.add(file(with, "etc/login.defs", settings.replace('\t', ' '), 0644, "root"));
    }
    if (random.nextBoolean()) {
      folders.add("{path: /etc/skel/made, mode: '0750'}");
      with.put("etc/skel/made", new Inode.Directory(SampleTree.plain(0750).withMtime(EPOCH)));
      folders.add("{path: /etc/skel/empty, mode: '0700'}");
      with.put("etc/skel/empty", new Inode.Directory(SampleTree.plain(0700).withMtime(EPOCH)));
      files.add(file(with, "etc/skel/.profile", "the template's", 0640, "root"));
      files.add(file(with, "etc/skel/made/deep", "x", 0600, "user1"));
      files.add(file(with, "etc/skel/own", "no link", 0755, "www-data"));
    }
    return new Case(image(new Random(seed), tools), groups, users, files, folders, with);
  }

  /// An entry for a file, which is put, too.
  private static String file(SampleTree with, String path, String text, int mode, String owner) {
    with.file(path, bytes(text), SampleTree.plain(mode).withMtime(EPOCH));
    return "{final: /%s, content: \"%s\", mode: '%04o', owner: %s}"
        .formatted(path, text.replace("\n", "\\n"), mode, owner);
  }

  private static SortedMap<String, String> newUser(
      Random random, String name, String number, List<SortedMap<String, String>> groups) {
    SortedMap<String, String> user = changed(random, name);
    if (!number.isEmpty() && random.nextInt(3) > 0) {
      user.put("uid", number);
    }
    if (!groups.isEmpty() && random.nextBoolean()) {
      user.put("groups", "[" + any(random, groups).get("name") + ", adm]");
    }
    user.putIfAbsent("shell", "/bin/bash");
    if (random.nextInt(3) == 0) {
      user.put("home", any(random, List.of("/home/there", "/srv/a/b/" + name, "/home/x" + name)));
    }
    return user;
  }

  private static SortedMap<String, String> changed(Random random, String name) {
    SortedMap<String, String> user = new TreeMap<>(Map.of("name", name));
    if (random.nextBoolean()) {
      user.put("password", HASH);
    }
    if (random.nextBoolean()) {
      user.put("shell", any(random, List.of("/bin/sh", "/usr/sbin/nologin")));
    }
    if (random.nextBoolean()) {
      user.put("groups", any(random, List.of("[sudo]", "[audio, adm]", "[adm, sudo, nogroup]")));
    }
    if (!name.equals("root") && random.nextInt(4) == 0) {
      user.put("home", "/home/there");
    }
    return user;
  }

  /// What makes the same of the image below `root`.
  private static String commands(Case each, String root, RootFileSystem.Result ours)
      throws IOException {
    ContentSource contents = added(ours);
    Map<String, String[]> users = fields(text(ours.tree(), TreePath.of("etc/passwd"), contents));
    Map<String, String[]> groups = fields(text(ours.tree(), TreePath.of("etc/group"), contents));
    Set<String> before = fields(BEFORE.getOrDefault("passwd", "")).keySet();
    List<String> commands = new ArrayList<>();
    for (SortedMap<String, String> group : each.groups()) {
      String name = group.getOrDefault("name", "");
      commands.add("groupadd --root %s --gid %s %s".formatted(root, field(groups, name, 2), name));
    }
    for (SortedMap<String, String> user : each.users()) {
      String name = user.getOrDefault("name", "");
      String options = options(user);
      if (before.contains(name)) {
        if (!options.isEmpty()) {
          String changes =
              options.replace("--home-dir", "--home").replace("--groups", "--append --groups");
          commands.add("usermod --root %s%s %s".formatted(root, changes, name));
        }
        continue;
      }
      if (each.isNumbered()) {
        String gid = field(users, name, 3);
        commands.add("groupadd --root %s --gid %s %s".formatted(root, gid, name));
        options += " --uid " + field(users, name, 2) + " --gid " + gid;
      }
      commands.add("useradd --root %s --create-home%s %s".formatted(root, options, name));
    }
    return commands.stream().map(command -> command + "\n").collect(Collectors.joining());
  }

  private static String options(SortedMap<String, String> user) {
    StringBuilder options = new StringBuilder();
    Map<String, String> names =
        Map.of("password", "password", "shell", "shell", "home", "home-dir", "groups", "groups");
    user.forEach((key, value) -> {
      String option = names.get(key);
      if (option != null) {
        options.append(" --").append(option);
        options.append(" '").append(value.replaceAll("[\\[\\] ]", "")).append('\'');
      }
    });
    return options.toString();
  }

  private static Map<String, String[]> fields(String lines) {
    return lines
        .lines()
        .map(line -> line.split(":", -1))
        .collect(Collectors.toMap(fields -> fields[0], fields -> fields));
  }

  private static String field(Map<String, String[]> lines, String name, int index) {
    return lines.getOrDefault(name, new String[] {"", "", "", ""})[index];
  }

  private RootFileSystem.Result compose(Case each) throws IOException {
    Path file = Files.writeString(folder.resolve("users.yaml"), each.template());
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded loaded ->
          RootFileSystem.compose(
              loaded.template(), each.before().tree(), each.before().contents(), EPOCH);
      case Loading.Rejected rejected ->
          throw new AssertionError(each.template() + rejected.problems());
    };
  }

  /// The account files' texts, and a line for each path below `/home` and `/srv`.
  private static SortedMap<String, String> listing(
      FileTree tree, TreePath root, ContentSource contents) throws IOException {
    FileTree.Builder homes = FileTree.builder();
    for (String home : List.of("home", "var/home", "srv")) {
      TreePath from = root.resolve(home);
      TreePath to = TreePath.of(home.equals("srv") ? "srv" : "home");
      Map<Object, TreePath> first = new HashMap<>();
      tree.below(from)
          .filter(entry -> !entry.path().equals(from))
          .forEach(entry -> {
            TreePath path = entry.path().moved(from, to);
            TreePath linked = first.putIfAbsent(entry.id(), path);
            homes.mkdirs(path.parent());
            if (linked == null) {
              homes.put(path, entry.inode());
            } else {
              homes.link(path, linked);
            }
          });
    }
    SortedMap<String, String> lines = TreeListing.of(homes.build(), FACTS);
    lines.keySet().removeAll(List.of("/", "/home", "/srv"));
    for (String file : FILES) {
      TreePath path = root.resolve("etc/" + file);
      tree.find(path)
          .ifPresent(inode -> lines.put("/etc/" + file + " meta", inode.meta().withMtime(0) + ""));
      if (tree.find(path).isPresent()) {
        lines.put("/etc/" + file, text(tree, path, contents));
      }
    }
    return lines;
  }

  private static ContentSource added(RootFileSystem.Result image) {
    return digest -> Optional.ofNullable(image.added().get(digest));
  }

  private static void put(FileTree.Builder tree, TreePath root, FileTree image) {
    Map<Object, TreePath> first = new HashMap<>();
    image
        .entries()
        .forEach(entry -> {
          TreePath path = entry.path().moved(TreePath.ROOT, root);
          TreePath linked = first.putIfAbsent(entry.id(), path);
          tree.mkdirs(path.parent());
          if (linked == null) {
            tree.put(path, entry.inode());
          } else {
            tree.link(path, linked);
          }
        });
  }

  private static List<String> names(Random random) {
    Set<String> names =
        new LinkedHashSet<>(List.of("a", "_", "-a", "a-", "1", "a.b", ".", "..", "A"));
    for (int i = 0; i < 40; i++) {
      String letters = i % 2 == 0 ? "az09_-" : "azAZ09_-.$+~@";
      StringBuilder name = new StringBuilder();
      for (int length = 1 + random.nextInt(i % 10 == 0 ? 40 : 6); length > 0; length--) {
        name.append(letters.charAt(random.nextInt(letters.length())));
      }
      names.add(name.toString());
    }
    return List.copyOf(names);
  }

  /// The names that a template may have.
  private List<String> accepted(List<String> names) throws IOException {
    String head =
        new Case(new SampleTree(), List.of(), List.of(), List.of(), List.of(), new SampleTree())
            .template();
    String users =
        names.stream().map("    - {name: '%s'}\n"::formatted).collect(Collectors.joining());
    String text = head.replace("  users: []\n", "  users:\n" + users);
    int first = text.substring(0, text.indexOf("    - ")).split("\n", -1).length;
    Set<Integer> refused =
        switch (TemplateLoader.load(Files.writeString(folder.resolve("names.yaml"), text))) {
          case Loading.Loaded _ -> Set.of();
          case Loading.Rejected rejected ->
              rejected.problems().stream()
                  .map(problem -> problem.place().line() - first)
                  .collect(Collectors.toSet());
        };
    List<String> accepted = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      if (!refused.contains(i)) {
        accepted.add(names.get(i));
      }
    }
    return accepted;
  }

  private static String quoted(List<String> names) {
    return names.stream().map(" '%s'"::formatted).collect(Collectors.joining());
  }

  private static SandboxResult run(SandboxSpec spec, Store created)
      throws IOException, InterruptedException {
    SandboxSupport support = SandboxSupport.probe();
    if (support instanceof SandboxSupport.Impossible impossible) {
      throw Absent.oracle("no sandbox: " + impossible.explanation());
    }
    SandboxResult result = Sandbox.on(support).run(spec, created.contents(), _ -> {});
    assertThat(result.exit()).as(String.join("\n", result.output())).isZero();
    return result;
  }

  private static <T> T any(Random random, List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(FileTree tree, TreePath path, ContentSource contents)
      throws IOException {
    return switch (tree.find(path).orElseThrow()) {
      case Inode.RegularFile file ->
          new String(contents.open(file.content()).readAll(1 << 20), StandardCharsets.UTF_8);
      case Inode.Directory _, Inode.Symlink _, Inode.Device _, Inode.Fifo _, Inode.Socket _ ->
          throw new AssertionError(path + ": not a file");
    };
  }
}
