package io.microvisor.formats.tree;

/// What every inode has besides its type.
///
/// @param mode the permission bits with setuid, setgid and sticky: 0 to 07777
/// @param uid the owner, 0 to 2^32 - 2
/// @param gid the group, 0 to 2^32 - 2
/// @param mtime the modification time in seconds since 1970-01-01T00:00:00Z; may be negative
/// @param attributes the extended attributes
public record Meta(int mode, long uid, long gid, long mtime, Attributes attributes) {
  private static final long LARGEST_ID = 0xffff_fffeL;

  public Meta {
    if (mode < 0 || mode > 07777) {
      throw new IllegalArgumentException(
          "mode: 0" + Integer.toOctalString(mode) + " (expected: 0 to 07777)");
    }
    if (uid < 0 || uid > LARGEST_ID || gid < 0 || gid > LARGEST_ID) {
      throw new IllegalArgumentException(
          "owner: " + uid + ":" + gid + " (expected: 0 to " + LARGEST_ID + ")");
    }
  }

  /// Owned by root, at time 0, without attributes.
  public static Meta of(int mode) {
    return new Meta(mode, 0, 0, 0, Attributes.NONE);
  }

  /// The same with another mode.
  public Meta withMode(int other) {
    return new Meta(other, uid, gid, mtime, attributes);
  }

  /// The same with other owners.
  public Meta withOwner(long otherUid, long otherGid) {
    return new Meta(mode, otherUid, otherGid, mtime, attributes);
  }

  /// The same at another time.
  public Meta withMtime(long other) {
    return new Meta(mode, uid, gid, other, attributes);
  }

  /// The same with other attributes.
  public Meta withAttributes(Attributes other) {
    return new Meta(mode, uid, gid, mtime, other);
  }
}
