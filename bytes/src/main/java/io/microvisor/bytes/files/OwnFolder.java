package io.microvisor.bytes.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// A folder whose files are believed, because only we can have put them there: it is ours, and nobody else may write to it.
/// Nor may anybody else replace it: each folder above it is ours or root's, and if others may write to one, it is sticky, as
/// `/tmp` is. Access control lists count, because their mask shows as the group's permissions.
public final class OwnFolder {
  private static final int OTHERS_WRITE = 022;
  private static final int STICKY = 01000;
  private static final int OTHERS = 077;
  private static final int PERMISSIONS = 07777;

  private OwnFolder() {}

  /// The folder, which is made where it is not there. Others may no longer read it, if it is of no use but ours.
  ///
  /// @param used the names that we give to what is in it
  /// @throws UntrustedFolderException if others can have written to it, or could replace it; or if they may read it, and it has
  ///     something under another name, to which they may need to get
  public static Path open(Path folder, Predicate<String> used) throws IOException {
    Path real = OwnerOnly.directories(folder).toRealPath();
    check(real);
    Seen seen = Seen.of(real);
    if ((seen.mode() & OTHERS) != 0) {
      Optional<String> foreign = foreign(real, used);
      if (foreign.isPresent()) {
        throw new UntrustedFolderException(
            "%s: others can read it, %s, and it has %s, which is none of ours (expected: a folder of its own, or mode 0700)"
                .formatted(real, seen.octal(), foreign.get()),
            "use a folder in it, such as "
                + real.resolve("emt")
                + ", or, if nobody else needs what is in it: chmod 700 "
                + real);
      }
      Files.setAttribute(real, "unix:mode", seen.mode() & ~OTHERS & PERMISSIONS);
    }
    return real;
  }

  private static Optional<String> foreign(Path folder, Predicate<String> used) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(each -> String.valueOf(each.getFileName()))
          .filter(used.negate())
          .sorted()
          .findFirst();
    }
  }

  /// Checks a folder without changing anything; one that is not there yet, by those above it.
  ///
  /// @throws UntrustedFolderException as [#open] does
  public static void check(Path folder) throws IOException {
    Path there = folder.toAbsolutePath().normalize();
    boolean exists = Files.isDirectory(there);
    while (!Files.isDirectory(there)) {
      there = Optional.ofNullable(there.getParent()).orElse(there.getRoot());
    }
    long us = ourselves();
    Path real = there.toRealPath();
    if (exists) {
      Seen seen = Seen.of(real);
      if (seen.owner() != us) {
        throw new UntrustedFolderException(
            real + ": belongs to " + seen.name() + " (expected: to user " + us + ", who runs this)",
            "use another folder, or, if you trust all that is in it: chown -R " + us + " " + real);
      }
      if ((seen.mode() & OTHERS_WRITE) != 0) {
        throw new UntrustedFolderException(
            real + ": others can write to it, " + seen.octal() + " (expected: mode 0700)",
            "what they put there would be believed: remove it, or, if you trust all that is in it:"
                + " chmod 700 "
                + real);
      }
    }
    Path above = exists ? real.getParent() : real;
    for (; above != null; above = above.getParent()) {
      checkAbove(above, folder, us);
    }
  }

  private static void checkAbove(Path above, Path folder, long us) throws IOException {
    Seen seen = Seen.of(above);
    if (seen.owner() != us && seen.owner() != 0 && !isOutside(seen.owner())) {
      throw new UntrustedFolderException(
          above
              + ": belongs to "
              + seen.name()
              + ", who could replace "
              + folder
              + " (expected: user "
              + us
              + ", who runs this, or root)",
          "use another folder");
    }
    if ((seen.mode() & OTHERS_WRITE) != 0 && (seen.mode() & STICKY) == 0) {
      throw new UntrustedFolderException(
          above
              + ": others can write to it, and so replace "
              + folder
              + ", "
              + seen.octal()
              + " (expected: only its owner can)",
          "chmod go-w " + above + ", or use another folder");
    }
  }

  /// What the kernel says of a folder.
  private record Seen(Path path, long owner, int mode) {
    static Seen of(Path path) throws IOException {
      return new Seen(path, ownerOf(path), number(path, "unix:mode") & PERMISSIONS);
    }

    String octal() {
      return String.format(Locale.ROOT, "mode %04o", mode);
    }

    String name() throws IOException {
      return "user " + Files.getAttribute(path, "posix:owner", LinkOption.NOFOLLOW_LINKS);
    }
  }

  /// The user whose rights we have.
  private static long ourselves() throws IOException {
    return ownerOf(Path.of("/proc/self").toRealPath());
  }

  private static long ownerOf(Path path) throws IOException {
    return Integer.toUnsignedLong(number(path, "unix:uid"));
  }

  private static int number(Path path, String attribute) throws IOException {
    return ((Number) Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS)).intValue();
  }

  /// Whether an owner is nobody we can name, since we are in a user namespace that has no number for whoever it is, as it has
  /// none for the machine's root.
  private static boolean isOutside(long owner) throws IOException {
    long outside =
        Long.parseLong(
            Files.readString(Path.of("/proc/sys/kernel/overflowuid"), StandardCharsets.US_ASCII)
                .strip());
    return owner == outside
        && Files.readString(Path.of("/proc/self/uid_map"), StandardCharsets.US_ASCII)
            .lines()
            .map(line -> line.strip().split(" +", -1))
            .noneMatch(range -> {
              long first = Long.parseLong(range[0]);
              return outside >= first && outside < first + Long.parseLong(range[2]);
            });
  }
}
