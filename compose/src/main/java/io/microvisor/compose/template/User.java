package io.microvisor.compose.template;

import java.util.List;

/// Somebody who may log in.
///
/// @param name the login name; `root` changes the user that is there
/// @param uid the number
/// @param password how a password is checked
/// @param groups further groups
/// @param sudo whether `sudo` does everything without asking
/// @param home the home folder
/// @param shell the login shell
/// @param sshKeys lines for authorized_keys, those from files included
public record User(
    String name,
    NumericId uid,
    Password password,
    List<String> groups,
    boolean sudo,
    String home,
    String shell,
    List<String> sshKeys,
    Place place) {
  public User {
    groups = List.copyOf(groups);
    sshKeys = List.copyOf(sshKeys);
  }

  /// How a password is checked.
  public sealed interface Password {
    /// No password fits.
    record Locked() implements Password {}

    /// The password with this crypt(5) hash.
    record Hashed(String hash) implements Password {
      /// Hides the hash.
      @Override
      public String toString() {
        return "Hashed[...]";
      }
    }
  }

  /// The number of a user or group.
  public sealed interface NumericId {
    /// The next free one.
    record Automatic() implements NumericId {}

    /// This one.
    record Fixed(int number) implements NumericId {}
  }

  /// A group to create.
  public record Group(String name, NumericId gid, Place place) {}
}
