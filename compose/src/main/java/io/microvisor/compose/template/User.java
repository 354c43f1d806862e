package io.microvisor.compose.template;

import io.microvisor.compose.problem.Place;
import java.util.List;

/// Somebody who may log in: a new user, or one that a package makes, of whom only what is stated changes.
///
/// @param name the login name
/// @param uid the number; a new user's is the next free one
/// @param password a new user has none that fits
/// @param groups further groups
/// @param sudo whether `sudo` does everything without asking
/// @param home the home folder; a new user's is [#defaultHome]
/// @param shell the login shell; a new user's is [#DEFAULT_SHELL]
/// @param sshKeys lines for authorized_keys, those from files included
public record User(
    String name,
    Setting<Long> uid,
    Setting<PasswordHash> password,
    List<String> groups,
    Setting<Boolean> sudo,
    Setting<String> home,
    Setting<String> shell,
    List<String> sshKeys,
    Place place) {
  /// A new user's shell.
  public static final String DEFAULT_SHELL = "/bin/bash";

  public User {
    groups = List.copyOf(groups);
    sshKeys = List.copyOf(sshKeys);
  }

  /// A new user's home folder.
  public String defaultHome() {
    return "/home/" + name;
  }

  /// Where the rule is that lets it use `sudo`.
  public String sudoRule() {
    return "/etc/sudoers.d/" + name;
  }

  /// Where ssh servers look for the keys of whoever has a home folder.
  public static String keysIn(String home) {
    return home + "/.ssh/authorized_keys";
  }

  /// A password's crypt(5) hash.
  public record PasswordHash(String text) {
    /// Hides the hash.
    @Override
    public String toString() {
      return "PasswordHash[...]";
    }
  }

  /// A group to create, or one that a package makes, whose number may be stated.
  ///
  /// @param gid the number; a new group's is the next free one
  public record Group(String name, Setting<Long> gid, Place place) {}
}
