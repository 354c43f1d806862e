package io.microvisor.compose.rootfs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/// The account files: passwd(5), group(5), shadow(5), gshadow(5).
final class Accounts {
  private static final long FIRST_USER = 1000;

  private final RootEditor root;
  private final long epochDay;

  /// @param epochDay the day that counts as that of the last password change, in days since 1970
  Accounts(RootEditor root, long epochDay) {
    this.root = root;
    this.epochDay = epochDay;
  }

  /// Whether there is a user called `name`.
  boolean hasUser(String name) throws IOException {
    return line("etc/passwd", name).isPresent();
  }

  /// The id of the user called `name`.
  OptionalLong userId(String name) throws IOException {
    return id("etc/passwd", name);
  }

  /// The id of the group called `name`.
  OptionalLong groupId(String name) throws IOException {
    return id("etc/group", name);
  }

  /// Adds a group with a given or the next free id, unless there is one of that name.
  ///
  /// @return its id
  long addGroup(String name, OptionalLong asked) throws IOException {
    OptionalLong there = groupId(name);
    if (there.isPresent()) {
      return there.getAsLong();
    }
    long gid = asked.isPresent() ? asked.getAsLong() : free(used("etc/group"));
    append("etc/group", name + ":x:" + gid + ":");
    append("etc/gshadow", name + ":!::");
    return gid;
  }

  /// Adds a user.
  ///
  /// @param passwordHash crypt(5)'s form, or `!` for no password login
  void addUser(String name, long uid, long gid, String home, String shell, String passwordHash)
      throws IOException {
    append("etc/passwd", "%s:x:%d:%d::%s:%s".formatted(name, uid, gid, home, shell));
    append("etc/shadow", "%s:%s:%d:0:99999:7:::".formatted(name, passwordHash, epochDay));
  }

  /// The next number, from 1000 up, that neither a user nor a group has: a user's own group gets the same.
  long freeUserId() throws IOException {
    Set<Long> used = used("etc/passwd");
    used.addAll(used("etc/group"));
    return free(used);
  }

  /// Sets the password of a user that exists.
  void setPassword(String name, String passwordHash) throws IOException {
    edit("etc/shadow", name, fields -> fields[1] = passwordHash);
  }

  /// Sets the login shell of a user that exists.
  void setShell(String name, String shell) throws IOException {
    edit("etc/passwd", name, fields -> fields[6] = shell);
  }

  /// Makes a user a member of a group that exists.
  void addMember(String group, String user) throws IOException {
    for (String file : List.of("etc/group", "etc/gshadow")) {
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
    return root.text(file).orElse("").lines().filter(l -> l.startsWith(name + ":")).findFirst();
  }

  private Set<Long> used(String file) throws IOException {
    Set<Long> used = new HashSet<>();
    for (String line : root.text(file).orElse("").lines().toList()) {
      String[] fields = line.split(":", -1);
      if (fields.length > 2 && fields[2].matches("\\d{1,10}")) {
        used.add(Long.parseLong(fields[2]));
      }
    }
    return used;
  }

  private static long free(Set<Long> used) {
    long id = FIRST_USER;
    while (used.contains(id)) {
      id++;
    }
    return id;
  }

  private void append(String file, String line) throws IOException {
    root.rewrite(file, root.text(file).orElse("") + line + "\n");
  }

  private void edit(String file, String name, Consumer<String[]> change) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : root.text(file).orElse("").lines().toList()) {
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
