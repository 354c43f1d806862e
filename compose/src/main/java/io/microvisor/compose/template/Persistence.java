package io.microvisor.compose.template;

import io.microvisor.compose.problem.Place;
import java.util.List;

/// What outlives a restart.
///
/// @param state where it is kept
/// @param damaged what happens to state that cannot be repaired
/// @param paths what is kept besides `/var`; none lies inside another, in byte order
/// @param layout how it gets to its places
/// @param keptAtReset which of `paths` and [#IDENTITY] a factory reset leaves alone, in byte order
public record Persistence(
    State state,
    Damaged damaged,
    List<KeptPath> paths,
    Layout layout,
    List<String> keptAtReset,
    Place place) {
  /// What of `/etc` is always kept: what makes a machine the one it was.
  public static final List<String> IDENTITY =
      List.of(
          "/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key", "/etc/ssh/ssh_host_ed25519_key.pub");

  /// Where state is kept.
  public enum State {
    /// In memory: nothing outlives a restart.
    NONE,
    /// On an ext4 file system, in a partition that the first boot makes.
    EXT4
  }

  /// What happens to a state partition that a file system check cannot repair.
  public enum Damaged {
    /// It is made anew, empty.
    RECREATE,
    /// It is left alone, and the machine stops in rescue mode with its state in memory.
    RESCUE,
    /// It is left alone, and the machine runs with its state in memory.
    DEGRADE
  }

  /// How what is kept gets to its places.
  public sealed interface Layout permits OwnLayout, LayoutEnv {}

  /// `/var`, an overlay over `/etc`, and `paths`.
  public record OwnLayout() implements Layout {}

  /// What is in a kept path before the machine writes there.
  public enum Seed {
    /// What the image has there, which must be something.
    IMAGE,
    /// Nothing; the image may lack the path.
    NONE
  }

  /// A file or folder that keeps its changes.
  ///
  /// @param path absolute
  /// @param owner who owns it and its mode, in the form of tmpfiles.d(5): a user, a group, octal digits; `-` for each that
  ///     stays as it is
  public record KeptPath(String path, Seed seed, Owner owner, Place place) {
    /// Whether `other` is this path or below it.
    public boolean covers(String other) {
      return other.equals(path) || other.startsWith(path + "/");
    }

    /// Whether this path lies below a folder.
    public boolean isBelow(String folder) {
      return path.startsWith(folder + "/");
    }
  }

  /// Who owns a path and what its mode is, each `-` where it stays as it is.
  public record Owner(String user, String group, String mode) {
    /// As it is.
    public static final Owner UNCHANGED = new Owner("-", "-", "-");

    /// Whether the user stays.
    public boolean keepsUser() {
      return user.equals("-");
    }

    /// Whether the group stays.
    public boolean keepsGroup() {
      return group.equals("-");
    }

    /// Whether the mode stays.
    public boolean keepsMode() {
      return mode.equals("-");
    }
  }

  public Persistence {
    paths = List.copyOf(paths);
    keptAtReset = List.copyOf(keptAtReset);
  }
}
