package io.microvisor.compose.rootfs;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.Setting;
import io.microvisor.compose.template.SystemConfig;
import io.microvisor.compose.template.User;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Gives packages' accounts their numbers: those the template states, else those of [SystemNumbers], in the account files
/// and wherever the tree says who owns what: owners, and access control lists.
///
/// What the template states, be it of a package's account or of one of its own, is reserved before anything else gets a
/// number. Packages make user and group alike, so a number stated for one of them goes to the other as well if nobody else
/// has it.
final class Renumbering {
  /// One entry of an access control list (acl(5)) as an attribute: u16 tag, u16 permissions, u32 number; before the
  /// first a u32 version, all little-endian.
  private static final int ENTRY = 8;

  private static final int NAMED_USER = 0x02;
  private static final int NAMED_GROUP = 0x08;

  private final RootEditor root;
  private final SystemConfig system;
  private final List<Problem> problems = new ArrayList<>();

  private Renumbering(RootEditor root, SystemConfig system) {
    this.root = root;
    this.system = system;
  }

  /// Renumbers.
  ///
  /// @return what is wrong: numbers that two accounts would have
  static List<Problem> apply(RootEditor root, SystemConfig system) throws IOException {
    Renumbering renumbering = new Renumbering(root, system);
    SortedMap<String, Setting.Stated<Long>> groups = new TreeMap<>();
    for (User.Group group : system.groups()) {
      state(groups, group.name(), group.gid());
    }
    SortedMap<String, Setting.Stated<Long>> users = new TreeMap<>();
    for (User user : system.users()) {
      state(users, user.name(), user.uid());
    }
    Map<Long, Long> uids = renumbering.plan("etc/passwd", "user", users, groups);
    Map<Long, Long> gids = renumbering.plan("etc/group", "group", groups, users);
    if (renumbering.problems.isEmpty()) {
      renumbering.rewrite("etc/passwd", uids, gids);
      renumbering.rewrite("etc/group", gids, gids);
      root.replaceEach(inode -> {
        Meta owned = owned(inode.meta(), uids, gids);
        return owned.equals(inode.meta()) ? inode : inode.withMeta(owned);
      });
    }
    return renumbering.problems;
  }

  private static void state(
      Map<String, Setting.Stated<Long>> numbers, String name, Setting<Long> number) {
    switch (number) {
      case Setting.Stated<Long> stated -> numbers.put(name, stated);
      case Setting.Unstated<Long> _ -> {}
    }
  }

  /// What each number becomes.
  ///
  /// @param kind user or group
  /// @param stated the numbers that the template states for accounts of this kind
  /// @param twins those it states for accounts of the other kind
  private Map<Long, Long> plan(
      String file,
      String kind,
      SortedMap<String, Setting.Stated<Long>> stated,
      Map<String, Setting.Stated<Long>> twins)
      throws IOException {
    SortedMap<String, Long> before = new TreeMap<>();
    for (String line : root.text(file).orElse("").lines().toList()) {
      String[] fields = line.split(":", -1);
      if (fields.length > 2 && fields[2].matches("\\d{1,10}")) {
        before.putIfAbsent(fields[0], Long.parseLong(fields[2]));
      }
    }
    Map<Long, String> owners = new HashMap<>();
    before.forEach((name, number) -> {
      if (!SystemNumbers.contains(number)) {
        owners.put(number, name);
      }
    });
    stated.forEach((name, number) -> {
      long fixed = before.getOrDefault(name, number.value());
      if (fixed != number.value() && !SystemNumbers.contains(fixed)) {
        problems.add(
            Problem.of(
                Code.NUMBER_TAKEN,
                number.place(),
                "%s %s: cannot be %d, Debian makes it %d (expected: %d, or none)"
                    .formatted(kind, name, number.value(), fixed, fixed)));
      } else {
        claim(owners, kind, name, number.value(), stated);
      }
    });
    Map<Long, Long> changes = new HashMap<>();
    SortedMap<String, Long> moving = new TreeMap<>(before);
    moving.values().removeIf(number -> !SystemNumbers.contains(number));
    List<String> order = new ArrayList<>(moving.keySet());
    // What only follows from the other kind gives way to what accounts get anyway.
    order.sort(Comparator.comparing(twins::containsKey));
    for (String name : order) {
      long number = number(name, stated, twins, owners);
      changes.put(before.getOrDefault(name, number), number);
      claim(owners, kind, name, number, stated);
    }
    return changes;
  }

  private static long number(
      String name,
      Map<String, Setting.Stated<Long>> stated,
      Map<String, Setting.Stated<Long>> twins,
      Map<Long, String> owners) {
    Setting.Stated<Long> own = stated.get(name);
    if (own != null) {
      return own.value();
    }
    Setting.Stated<Long> twin = twins.get(name);
    return twin != null && !owners.containsKey(twin.value())
        ? twin.value()
        : SystemNumbers.of(name);
  }

  private void claim(
      Map<Long, String> owners,
      String kind,
      String name,
      long number,
      Map<String, Setting.Stated<Long>> stated) {
    String other = owners.putIfAbsent(number, name);
    if (other == null || other.equals(name)) {
      return;
    }
    boolean otherStated = !stated.containsKey(name) && stated.containsKey(other);
    String subject = otherStated ? other : name;
    String rival = otherStated ? name : other;
    Setting.Stated<Long> statement = stated.get(subject);
    String below = " below systemConfig.groups: {name: %s, gid: ...}";
    problems.add(
        Problem.of(
            Code.NUMBER_TAKEN,
            statement == null ? system.place() : statement.place(),
            "%s %s: has number %d, and so has %s, which a package makes (expected: one of its own)"
                .formatted(kind, subject, number, rival),
            statement == null
                ? "state another number" + below.formatted(subject)
                : SystemNumbers.contains(number)
                    ? "state another number here, or for " + rival + below.formatted(rival)
                    : "state another number"));
  }

  private void rewrite(String file, Map<Long, Long> third, Map<Long, Long> fourth)
      throws IOException {
    StringBuilder text = new StringBuilder();
    for (String line : root.text(file).orElse("").lines().toList()) {
      String[] fields = line.split(":", -1);
      renumber(fields, 2, third);
      renumber(fields, 3, fourth);
      text.append(String.join(":", fields)).append('\n');
    }
    if (!text.isEmpty()) {
      root.rewrite(file, text.toString());
    }
  }

  private static void renumber(String[] fields, int index, Map<Long, Long> changes) {
    if (fields.length > index && fields[index].matches("\\d{1,10}")) {
      long number = Long.parseLong(fields[index]);
      fields[index] = Long.toString(changes.getOrDefault(number, number));
    }
  }

  private static Meta owned(Meta meta, Map<Long, Long> uids, Map<Long, Long> gids) {
    if (meta.attributes().isEmpty()
        && !uids.containsKey(meta.uid())
        && !gids.containsKey(meta.gid())) {
      return meta;
    }
    Attributes[] attributes = {meta.attributes()};
    meta.attributes()
        .forEach((name, value) -> {
          if (name.startsWith("system.posix_acl_")) {
            attributes[0] = attributes[0].with(name, list(value, uids, gids));
          }
        });
    return meta.withOwner(
            uids.getOrDefault(meta.uid(), meta.uid()), gids.getOrDefault(meta.gid(), meta.gid()))
        .withAttributes(attributes[0]);
  }

  private static byte[] list(byte[] value, Map<Long, Long> uids, Map<Long, Long> gids) {
    byte[] renumbered = value.clone();
    ByteBuffer buffer = ByteBuffer.wrap(renumbered).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 4; at + ENTRY <= renumbered.length; at += ENTRY) {
      long number = Integer.toUnsignedLong(buffer.getInt(at + 4));
      switch (buffer.getShort(at)) {
        case NAMED_USER -> buffer.putInt(at + 4, uids.getOrDefault(number, number).intValue());
        case NAMED_GROUP -> buffer.putInt(at + 4, gids.getOrDefault(number, number).intValue());
        default -> {}
      }
    }
    return renumbered;
  }
}
