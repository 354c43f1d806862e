package io.microvisor.sandbox;

import java.io.IOException;
import java.util.List;

/// Which users of the host those inside are.
enum Users {
  /// The same: root inside is root outside.
  SAME,
  /// None that the host knows: root maps all ids inside to some that nobody has, see [IdMap].
  APART,
  /// We are root inside, and our subordinate ids are all others.
  SUBORDINATE,
  /// We are root inside, and there are no others.
  ONE;

  /// Those of a script on this machine.
  ///
  /// @throws IOException if no sandbox is possible; the message says what to enable
  static Users ofScripts(SandboxSupport support) throws IOException {
    return switch (support) {
      case SandboxSupport.AsRoot(SandboxSupport.Ids ids) ->
          switch (ids) {
            case APART -> APART;
            case SAME -> SAME;
          };
      case SandboxSupport.Unprivileged _ -> SUBORDINATE;
      case SandboxSupport.Impossible impossible -> throw impossible.refusal();
    };
  }

  /// Those of a tool, which has our rights to files of the host, and needs no other ids than root's.
  ///
  /// @throws IOException if no sandbox is possible; the message says what to enable
  static Users ofTools(SandboxSupport support) throws IOException {
    return switch (support) {
      case SandboxSupport.AsRoot _ -> SAME;
      case SandboxSupport.Unprivileged _ -> ONE;
      case SandboxSupport.Impossible impossible -> throw impossible.refusal();
    };
  }

  /// The options of unshare(1) for this.
  List<String> options() {
    return switch (this) {
      case SAME -> List.of();
      case APART -> List.of("--user", "--keep-caps");
      case SUBORDINATE -> List.of("--user", "--map-auto", "--map-root-user");
      case ONE -> List.of("--user", "--map-root-user");
    };
  }
}
