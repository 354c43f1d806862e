package io.microvisor.compose.rootfs;

import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/// The account files: passwd(5), group(5), shadow(5), gshadow(5), subuid(5), subgid(5). What it adds and changes is what
/// `useradd`, `groupadd` and `usermod` would; automatic numbers are `adduser`'s: the first that neither a user nor a group
/// has, so that a stated number somewhere above moves nobody.
final class Accounts {
  private static final String PASSWD = "etc/passwd";
  private static final String GROUP = "etc/group";
  private static final String SHADOW = "etc/shadow";
  private static final String GSHADOW = "etc/gshadow";

  private final RootEditor root;
  private final LoginDefs defs;
  private final Set<Long> reserved;
  private final long epochDay;

  /// A line of passwd(5).
  record User(String name, long uid, long gid, String home, String shell) {
    /// The same with another home.
    User at(String other) {
      return new User(name, uid, gid, other, shell);
    }

    private static Optional<User> parse(String line) {
      String[] fields = line.split(":", -1);
      return fields.length == 7 && isNumber(fields[2]) && isNumber(fields[3])
          ? Optional.of(
              new User(
                  fields[0],
                  Long.parseLong(fields[2]),
                  Long.parseLong(fields[3]),
                  fields[5],
                  fields[6]))
          : Optional.empty();
    }
  }

  /// @param reserved numbers that only those get who ask for them
  /// @param epochDay the day that counts as that of the last password change, in days since 1970
  Accounts(RootEditor root, LoginDefs defs, Set<Long> reserved, long epochDay) {
    this.root = root;
    this.defs = defs;
    this.reserved = Set.copyOf(reserved);
    this.epochDay = epochDay;
  }

  /// The user called `name`.
  Optional<User> user(String name) throws IOException {
    return line(PASSWD, name).flatMap(User::parse);
  }

  /// The first user with a number.
  Optional<User> user(long uid) throws IOException {
    return users().stream().filter(user -> user.uid() == uid).findFirst();
  }

  /// All users, in the file's order.
  List<User> users() throws IOException {
    return lines(PASSWD).stream().flatMap(line -> User.parse(line).stream()).toList();
  }

  /// The id of the user called `name`.
  OptionalLong userId(String name) throws IOException {
    return id(PASSWD, name);
  }

  /// The id of the group called `name`.
  OptionalLong groupId(String name) throws IOException {
    return id(GROUP, name);
  }

  /// Adds a group with the next free id.
  ///
  /// @return its id
  long addGroup(String name) throws IOException {
    return addGroup(name, next(GROUP, defs.groups()));
  }

  /// Adds a group.
  ///
  /// @return `gid`
  long addGroup(String name, long gid) throws IOException {
    append(GROUP, name + ":x:" + gid + ":");
    append(GSHADOW, name + ":!::");
    return gid;
  }

  /// The id of the group of a user's own: the one of that name that is there, else a new one with the user's number where
  /// that is free.
  long ownGroup(String name, long uid) throws IOException {
    OptionalLong there = groupId(name);
    if (there.isPresent()) {
      return there.getAsLong();
    }
    return used(GROUP).contains(uid) ? addGroup(name) : addGroup(name, uid);
  }

  /// Adds a user, with subordinate ids if a person of that number gets them.
  ///
  /// @param passwordHash crypt(5)'s form, or `!` for no password login
  User addUser(String name, long uid, long gid, String home, String shell, String passwordHash)
      throws IOException {
    append(PASSWD, "%s:x:%d:%d::%s:%s".formatted(name, uid, gid, home, shell));
    append(SHADOW, shadow(name, passwordHash));
    if (defs.people().contains(uid)) {
      SubordinateIds.add(root, defs, name);
    }
    return new User(name, uid, gid, home, shell);
  }

  private String shadow(String name, String passwordHash) {
    return "%s:%s:%d:%d:%d:%d:::"
        .formatted(
            name,
            passwordHash,
            epochDay,
            defs.number("PASS_MIN_DAYS", 0),
            defs.number("PASS_MAX_DAYS", 99_999),
            defs.number("PASS_WARN_AGE", 7));
  }

  /// The number that the next user gets, as useradd(8) chooses it.
  long nextUser() throws IOException {
    return next(PASSWD, defs.people());
  }

  /// The number behind the last one in a range that is taken, else the first in it that is free; none that is asked for.
  private long next(String file, LoginDefs.Range range) throws IOException {
    Set<Long> used = used(file);
    long last = used.stream().filter(range::contains).max(Long::compare).orElse(range.first());
    used.addAll(reserved);
    for (long first : List.of(last, range.first())) {
      for (long number = first; range.contains(number); number++) {
        if (!used.contains(number)) {
          return number;
        }
      }
    }
    throw new IOException(
        "%s: no number is free from %d to %d (expected: one, see login.defs(5))"
            .formatted(file, range.first(), range.last()));
  }

  /// Sets the password of a user that exists.
  void setPassword(String name, String passwordHash) throws IOException {
    if (line(SHADOW, name).isEmpty()) {
      edit(PASSWD, name, fields -> fields[1] = "x");
      append(SHADOW, shadow(name, passwordHash));
    } else {
      edit(
          SHADOW,
          name,
          fields -> {
            fields[1] = passwordHash;
            fields[2] = Long.toString(epochDay);
          });
    }
  }

  /// Sets the home folder of a user that exists.
  void setHome(String name, String home) throws IOException {
    edit(PASSWD, name, fields -> fields[5] = home);
  }

  /// Sets the login shell of a user that exists.
  void setShell(String name, String shell) throws IOException {
    edit(PASSWD, name, fields -> fields[6] = shell);
  }

  /// Makes a user a member of a group that exists.
  void addMember(String group, String user) throws IOException {
    for (String file : List.of(GROUP, GSHADOW)) {
      edit(
          file,
          group,
          fields -> {
            Set<String> members = new LinkedHashSet<>(List.of(fields[3].split(",")));
            members.remove("");
            members.add(user);
            fields[3] = String.join(",", members);
          });
    }
  }

  private OptionalLong id(String file, String name) throws IOException {
    Optional<String> line = line(file, name);
    return line.isPresent()
        ? OptionalLong.of(Long.parseLong(line.get().split(":", -1)[2]))
        : OptionalLong.empty();
  }

  private Optional<String> line(String file, String name) throws IOException {
    return lines(file).stream().filter(l -> l.startsWith(name + ":")).findFirst();
  }

  private List<String> lines(String file) throws IOException {
    return root.text(file).orElse("").lines().toList();
  }

  private Set<Long> used(String file) throws IOException {
    Set<Long> used = new HashSet<>();
    for (String line : lines(file)) {
      String[] fields = line.split(":", -1);
      if (fields.length > 2 && isNumber(fields[2])) {
        used.add(Long.parseLong(fields[2]));
      }
    }
    return used;
  }

  private static boolean isNumber(String field) {
    return field.matches("\\d{1,10}");
  }

  private void append(String file, String line) throws IOException {
    boolean secret = file.equals(SHADOW) || file.equals(GSHADOW);
    if (secret && !root.exists(file)) {
      // No package made it: what is in it must not become readable for everybody.
      root.write(file, Meta.of(0640).withOwner(0, groupId("shadow").orElse(0)), new byte[0]);
    }
    String text = root.text(file).orElse("");
    root.rewrite(file, (text.isEmpty() || text.endsWith("\n") ? text : text + "\n") + line + "\n");
  }

  private void edit(String file, String name, Consumer<String[]> change) throws IOException {
    if (line(file, name).isEmpty()) {
      return;
    }
    List<String> lines = new ArrayList<>();
    for (String line : lines(file)) {
      if (line.startsWith(name + ":")) {
        String[] fields = line.split(":", -1);
        change.accept(fields);
        lines.add(String.join(":", fields));
      } else {
        lines.add(line);
      }
    }
    root.rewrite(file, String.join("\n", lines) + "\n");
  }
}
