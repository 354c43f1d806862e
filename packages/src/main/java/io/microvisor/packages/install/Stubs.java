package io.microvisor.packages.install;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Programs that are replaced while maintainer scripts run, and come back unchanged afterwards: they are laid in the
/// tree that goes into the sandbox and never touch the packages' own.
///
/// Besides those asked for, nothing starts a service: /usr/sbin/policy-rc.d says 101 ("action forbidden") to whoever asks, and
/// the programs that do not ask, or fail where there is no init script, do nothing and say of every service that it is not
/// running. Where the ssh server's host keys will be, there are empty files, so that none are made, to be thrown away.
final class Stubs {
  private static final TreePath POLICY = TreePath.of("usr/sbin/policy-rc.d");
  private static final List<TreePath> STARTERS =
      Stream.of("invoke-rc.d", "service", "start-stop-daemon")
          .map(name -> TreePath.of("usr/sbin/" + name))
          .toList();
  private static final TreePath SSHD = TreePath.of("usr/sbin/sshd");
  private static final List<TreePath> HOST_KEYS =
      Stream.of("rsa", "ecdsa", "ed25519")
          .map(kind -> TreePath.of("etc/ssh/ssh_host_" + kind + "_key"))
          .toList();
  private static final byte[] EMPTY = new byte[0];
  private static final byte[] FORBID = "#!/bin/sh\nexit 101\n".getBytes(StandardCharsets.UTF_8);
  private static final byte[] START_NOTHING =
      "#!/bin/sh\ncase \" $* \" in *\" status \"* | *\" --status \"*) exit 3 ;; esac\nexit 0\n"
          .getBytes(StandardCharsets.UTF_8);
  private static final byte[] NOTHING = "#!/bin/sh\nexit 0\n".getBytes(StandardCharsets.UTF_8);

  private final FileTree original;
  private final SortedMap<TreePath, Inode> stubs = new TreeMap<>();

  Stubs(FileTree original, List<String> programs, long epoch) {
    this.original = original;
    stubs.put(POLICY, file(FORBID, epoch));
    for (TreePath starter : STARTERS) {
      if (original.entry(starter).isPresent()) {
        stubs.put(starter, file(START_NOTHING, epoch));
      }
    }
    if (original.entry(SSHD).isPresent()) {
      HOST_KEYS.forEach(key -> stubs.put(key, file(EMPTY, epoch)));
    }
    for (String path : programs) {
      TreePath stub = TreePath.of(path);
      if (original.entry(stub).isPresent()) {
        stubs.put(stub, file(NOTHING, epoch));
      }
    }
  }

  private static Inode file(byte[] bytes, long epoch) {
    return new Inode.RegularFile(
        Meta.of(0755).withMtime(epoch), Digest.sha256(bytes), bytes.length);
  }

  /// What the stubs say.
  static ContentSource contents() {
    return ContentSource.of(
        Map.of(
            Digest.sha256(EMPTY), ByteSource.of(EMPTY),
            Digest.sha256(FORBID), ByteSource.of(FORBID),
            Digest.sha256(START_NOTHING), ByteSource.of(START_NOTHING),
            Digest.sha256(NOTHING), ByteSource.of(NOTHING)));
  }

  /// The tree with the stubs in place of the programs.
  FileTree laid() {
    FileTree.Builder builder = original.toBuilder();
    stubs.forEach((path, stub) -> {
      builder.mkdirs(path.parent());
      builder.put(path, stub);
    });
    return builder.build();
  }

  /// The tree with the programs back in place of the stubs that are still there.
  FileTree lifted(FileTree after) {
    FileTree.Builder builder = after.toBuilder();
    stubs.forEach((path, stub) -> {
      if (builder.find(path).filter(stub::equals).isPresent()) {
        Optional<Inode> program = original.find(path);
        builder.remove(path);
        program.ifPresent(p -> builder.put(path, p));
      }
    });
    return builder.build();
  }
}
