package io.microvisor.compose.plan;

/// Where a step's result came from, which decides whether a later build believes it.
public sealed interface Origin {
  /// How manifests and the action cache call it. No two origins share a name.
  String name();

  /// A step that ran on this machine.
  record Local() implements Origin {
    @Override
    public String name() {
      return "local";
    }
  }

  /// A remote cache, in an entry signed by this key. Which server had it makes no difference.
  record Signed(PublicKey key) implements Origin {
    @Override
    public String name() {
      return key.toString();
    }
  }

  /// A remote cache whose entries are believed without a signature.
  ///
  /// @param address of the cache, without a login
  record Unsigned(String address) implements Origin {
    @Override
    public String name() {
      return "unsigned " + address;
    }
  }
}
