package io.microvisor.compose.rootfs;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.Setting;
import io.microvisor.compose.template.SystemConfig;
import io.microvisor.compose.template.User;
import io.microvisor.compose.template.VolatilePaths;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The template's users and groups in a tree: new ones as `useradd` and `groupadd` make them, and of those that packages
/// make what is stated.
final class TemplateUsers {
  /// A home that shall not exist (Debian Policy 9.2.3).
  private static final String NO_HOME = "/nonexistent";

  private static final List<String> SSH_SERVERS =
      List.of("usr/sbin/sshd", "usr/sbin/dropbear", "usr/sbin/tinysshd");
  private static final Pattern INCLUDED =
      Pattern.compile("(?m)^[@#]includedir\\s+/etc/sudoers\\.d/?\\s*$");

  private final RootEditor root;
  private final SystemConfig system;
  private final LoginDefs defs;
  private final Accounts accounts;
  private final long epoch;
  private final TemplatePaths paths;
  private final List<Problem> problems;
  private final Set<String> added = new HashSet<>();
  private final Map<TreePath, User> keyHolders = new HashMap<>();

  /// @param epoch the image's time, in seconds since 1970
  /// @param problems get what is wrong
  TemplateUsers(
      RootEditor root, SystemConfig system, TemplatePaths paths, long epoch, List<Problem> problems)
      throws IOException {
    this.root = root;
    this.system = system;
    this.epoch = epoch;
    this.paths = paths;
    this.problems = problems;
    this.defs = LoginDefs.of(root);
    this.accounts = new Accounts(root, defs, stated(system), epoch / 86_400);
  }

  private static Set<Long> stated(SystemConfig system) {
    Set<Long> numbers = new HashSet<>();
    for (User.Group group : system.groups()) {
      if (group.gid() instanceof Setting.Stated<Long> stated) {
        numbers.add(stated.value());
      }
    }
    for (User user : system.users()) {
      if (user.uid() instanceof Setting.Stated<Long> stated) {
        numbers.add(stated.value());
      }
    }
    return numbers;
  }

  /// The account files, for who else has to know the numbers of names.
  Accounts accounts() {
    return accounts;
  }

  /// Adds and changes.
  void apply() throws IOException {
    for (User.Group group : system.groups()) {
      if (accounts.groupId(group.name()).isEmpty()) {
        switch (group.gid()) {
          case Setting.Stated<Long> gid -> accounts.addGroup(group.name(), gid.value());
          case Setting.Unstated<Long> _ -> accounts.addGroup(group.name());
        }
      }
    }
    for (User user : system.users()) {
      var there = accounts.user(user.name());
      if (there.isPresent()) {
        change(user, there.get());
      } else {
        add(user);
      }
      membership(user);
    }
  }

  private void add(User user) throws IOException {
    String name = user.name();
    boolean declared = system.groups().stream().anyMatch(group -> group.name().equals(name));
    if (!declared && accounts.groupId(name).isPresent()) {
      problem(
          Code.DUPLICATE_ENTRY,
          user.place(),
          name + ": there is a group of this name, made by a package (expected: another name)",
          "if it shall be the user's own group, add {name: " + name + "} to systemConfig.groups");
    }
    long uid =
        switch (user.uid()) {
          case Setting.Stated<Long> stated -> stated.value();
          case Setting.Unstated<Long> _ -> accounts.nextUser();
        };
    long gid = accounts.ownGroup(name, uid);
    Accounts.User account =
        accounts.addUser(
            name,
            uid,
            gid,
            user.home().or(user.defaultHome()),
            user.shell().or(User.DEFAULT_SHELL),
            switch (user.password()) {
              case Setting.Stated<User.PasswordHash> hash -> hash.value().text();
              case Setting.Unstated<User.PasswordHash> _ -> "!";
            });
    added.add(name);
    if (hasHome(user, account)) {
      if (!root.exists(account.home())) {
        home(account);
        root.copyBelow(Skeleton.FOLDER, account.home(), inode -> copied(inode, account));
      }
      keys(user, account);
    }
  }

  /// An inode of the skeleton in a user's home: links into the skeleton lead into the home.
  private static Inode copied(Inode inode, Accounts.User user) {
    Inode own = inode.withMeta(inode.meta().withOwner(user.uid(), user.gid()));
    String skeleton = "/" + Skeleton.FOLDER;
    return own instanceof Inode.Symlink link && link.target().startsWith(skeleton)
        ? new Inode.Symlink(link.meta(), user.home() + link.target().substring(skeleton.length()))
        : own;
  }

  private void change(User user, Accounts.User there) throws IOException {
    if (user.password() instanceof Setting.Stated<User.PasswordHash> hash) {
      accounts.setPassword(user.name(), hash.value().text());
    }
    if (user.shell() instanceof Setting.Stated<String> shell) {
      accounts.setShell(user.name(), shell.value());
    }
    Accounts.User changed = there.at(user.home().or(there.home()));
    if (!changed.equals(there)) {
      accounts.setHome(user.name(), changed.home());
    }
    boolean needed = !changed.equals(there) || !user.sshKeys().isEmpty();
    if (needed && hasHome(user, changed)) {
      if (!root.exists(changed.home())) {
        home(changed);
      }
      keys(user, changed);
    }
  }

  /// Whether a user has a home that can be in the image. One in memory is the machine's to make.
  private boolean hasHome(User user, Accounts.User account) {
    String home = account.home();
    boolean keys = !user.sshKeys().isEmpty();
    if (isNone(home) && keys) {
      problem(
          Code.USER_LACKS,
          user.home().placeOr(user.place()),
          "%s: keys lie in the home folder, and %s is none (expected: a folder)"
              .formatted(user.name(), home),
          "state another home, such as " + user.defaultHome());
    }
    return !isNone(home)
        && (keys || VolatilePaths.reached(home).isEmpty())
        && paths.accepts(user, home);
  }

  private static boolean isNone(String home) {
    return home.equals(NO_HOME) || home.startsWith(NO_HOME + "/");
  }

  private void home(Accounts.User user) {
    root.directory(user.home(), owned(user, defs.homeMode()));
  }

  private Meta owned(Accounts.User user, int mode) {
    return new Meta(mode, user.uid(), user.gid(), epoch, Attributes.NONE);
  }

  private void keys(User user, Accounts.User account) {
    if (user.sshKeys().isEmpty()) {
      return;
    }
    String folder = account.home() + "/.ssh";
    User first = keyHolders.putIfAbsent(root.real(folder), user);
    if (first != null) {
      problem(
          Code.DUPLICATE_ENTRY,
          user.home().placeOr(user.place()),
          "%s: %s has the keys of %s at %s already (expected: a home of its own)"
              .formatted(user.name(), account.home(), first.name(), first.place()),
          "state all keys for one of them");
      return;
    }
    root.directory(folder, owned(account, 0700));
    String file = User.keysIn(account.home());
    paths.take("sshAuthorizedKeys", file, user.place());
    root.write(
        file,
        owned(account, 0600),
        (String.join("\n", user.sshKeys()) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void membership(User user) throws IOException {
    for (String group : user.groups()) {
      if (accounts.groupId(group).isEmpty()) {
        problem(
            Code.UNKNOWN_GROUP,
            user.place(),
            "%s: no group \"%s\" (expected: one that a package or the template makes)"
                .formatted(user.name(), group),
            "declare it under systemConfig.groups");
      } else {
        accounts.addMember(group, user.name());
      }
    }
    if (user.sudo().or(false)) {
      paths.take("sudo", user.sudoRule(), user.sudo().placeOr(user.place()));
      root.write(user.sudoRule(), 0440, user.name() + " ALL=(ALL:ALL) NOPASSWD: ALL\n");
    }
  }

  /// Gives folders that are missing on the way to a file, as far as they lie below a user's home, to that user: whose the
  /// home is, whoever the file's owner, since ssh and podman refuse folders of others there. In a home that is not its
  /// user's, as `/usr/sbin` is not `daemon`'s, only a file's own owner gets them.
  ///
  /// @param owner the file's
  void makeFolders(String file, long owner) throws IOException {
    Optional<Accounts.User> user = inhabitant(root.real(file));
    if (user.isEmpty()) {
      user = accounts.user(owner).filter(each -> each.uid() != 0 && !isNone(each.home()));
    }
    if (user.isPresent()) {
      root.parents(file, user.get().home(), owned(user.get(), 0755));
    }
  }

  /// The user below whose home something lies, the innermost one, if that folder is the user's.
  private Optional<Accounts.User> inhabitant(TreePath file) throws IOException {
    return accounts.users().stream()
        .filter(user -> user.uid() != 0 && user.home().startsWith("/") && !isNone(user.home()))
        .filter(user -> file.startsWith(TreePath.of(user.home())))
        .filter(user ->
            root.find(user.home()).orElse(null) instanceof Inode.Directory home
                && home.meta().uid() == user.uid())
        .max(Comparator.comparingInt(user -> TreePath.of(user.home()).toString().length()));
  }

  /// Checks that users can do what the template says; all files are in the tree now.
  void check() throws IOException {
    for (User user : system.users()) {
      checkShell(user);
      if (user.sudo().or(false)) {
        checkSudo(user);
      }
      if (!user.sshKeys().isEmpty() && SSH_SERVERS.stream().noneMatch(this::isProgram)) {
        problem(
            Code.USER_LACKS,
            user.place(),
            user.name() + ": has ssh keys, but the image has no ssh server (expected: one)",
            "add openssh-server to systemConfig.packages");
      }
    }
  }

  private void checkShell(User user) {
    String shell = user.shell().or(added.contains(user.name()) ? User.DEFAULT_SHELL : "");
    if (!shell.isEmpty() && !isProgram(shell)) {
      problem(
          Code.USER_LACKS,
          user.shell().placeOr(user.place()),
          "%s: the shell %s is no program in the image (expected: one, or none stated)"
              .formatted(user.name(), shell),
          "add the package that brings it to systemConfig.packages");
    }
  }

  private void checkSudo(User user) throws IOException {
    Place place = user.sudo().placeOr(user.place());
    if (!isProgram("usr/bin/sudo")) {
      problem(
          Code.USER_LACKS,
          place,
          user.name() + ": may use sudo, which is not in the image (expected: sudo)",
          "add sudo to systemConfig.packages");
    } else if (!INCLUDED.matcher(root.text("etc/sudoers").orElse("")).find()) {
      problem(
          Code.USER_LACKS,
          place,
          user.name()
              + ": may use sudo, but /etc/sudoers does not include what says so (expected: @includedir"
              + " /etc/sudoers.d)",
          "add that line to the template's /etc/sudoers");
    }
  }

  private boolean isProgram(String path) {
    return root.resolve(path).orElse(null) instanceof Inode.RegularFile file
        && (file.meta().mode() & 0111) != 0;
  }

  private void problem(Code code, Place place, String what, String... advice) {
    problems.add(Problem.of(code, place, what, advice));
  }
}
