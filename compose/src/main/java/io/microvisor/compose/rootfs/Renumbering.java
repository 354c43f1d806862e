package io.microvisor.compose.rootfs;

import io.microvisor.compose.template.Code;
import io.microvisor.compose.template.Place;
import io.microvisor.compose.template.Problem;
import io.microvisor.compose.template.SystemConfig;
import io.microvisor.compose.template.User;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Gives packages' accounts their numbers: those the template states, else those of [SystemNumbers], in the account files
/// and wherever the tree says who owns what: owners, and access control lists.
///
/// A group whose number the template states passes it on to the user of the same name, as packages make them alike.
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
    Map<String, Stated> groups = new HashMap<>();
    for (User.Group group : system.groups()) {
      if (group.gid() instanceof User.NumericId.Fixed fixed) {
        groups.put(group.name(), new Stated(fixed.number(), group.place()));
      }
    }
    Map<String, Stated> users = new HashMap<>(groups);
    for (User user : system.users()) {
      if (user.uid() instanceof User.NumericId.Fixed fixed) {
        users.put(user.name(), new Stated(fixed.number(), user.place()));
      }
    }
    Map<Long, Long> uids = renumbering.plan("etc/passwd", "user", users);
    // A user's own group is made with the user's number.
    users.forEach(groups::putIfAbsent);
    Map<Long, Long> gids = renumbering.plan("etc/group", "group", groups);
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

  /// A number in the template, and where.
  private record Stated(long number, Place place) {}

  /// What each number becomes.
  private Map<Long, Long> plan(String file, String kind, Map<String, Stated> stated)
      throws IOException {
    Map<String, Long> before = new TreeMap<>();
    for (String line : root.text(file).orElse("").lines().toList()) {
      String[] fields = line.split(":", -1);
      if (fields.length > 2 && fields[2].matches("\\d{1,10}")) {
        before.putIfAbsent(fields[0], Long.parseLong(fields[2]));
      }
    }
    Map<Long, String> owners = new HashMap<>();
    Map<Long, Long> changes = new HashMap<>();
    before.forEach((name, number) -> {
      if (!SystemNumbers.contains(number)) {
        owners.put(number, name);
        Stated asked = stated.get(name);
        if (asked != null && asked.number() != number) {
          problems.add(
              Problem.of(
                  Code.NUMBER_TAKEN,
                  asked.place(),
                  "%s %s: cannot be %d, Debian makes it %d (expected: %d, or none)"
                      .formatted(kind, name, asked.number(), number, number)));
        }
      }
    });
    before.forEach((name, number) -> {
      if (SystemNumbers.contains(number)) {
        Stated asked = stated.get(name);
        long after = asked == null ? SystemNumbers.of(name) : asked.number();
        changes.put(number, after);
        claim(owners, kind, name, after, asked == null ? system.place() : asked.place());
      }
    });
    stated.forEach((name, asked) -> {
      if (!before.containsKey(name)) {
        claim(owners, kind, name, asked.number(), asked.place());
      }
    });
    return changes;
  }

  private void claim(Map<Long, String> owners, String kind, String name, long number, Place place) {
    String other = owners.putIfAbsent(number, name);
    if (other != null && !other.equals(name)) {
      problems.add(
          Problem.of(
              Code.NUMBER_TAKEN,
              place,
              "%s %s: has number %d, and so has %s (expected: one of its own)"
                  .formatted(kind, name, number, other),
              "state another number below systemConfig.groups: {name: " + name + ", gid: ...}"));
    }
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
