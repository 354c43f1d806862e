package io.microvisor.packages.install;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.unpack.UnpackedPackage;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Small packages for tests, built up step by step.
public final class Debs {
  private final String control;
  private final SortedMap<String, byte[]> controlFiles = new TreeMap<>();
  private final Map<Digest, ByteSource> contents = new HashMap<>();
  private final FileTree.Builder tree = FileTree.builder();

  private Debs(String control) {
    this.control = control;
  }

  /// @param fields more lines of the control file, each with its line break
  public static Debs deb(String name, String fields) {
    return new Debs("Package: " + name + "\nVersion: 1.0\nArchitecture: amd64\n" + fields);
  }

  public static Debs deb(String name) {
    return deb(name, "");
  }

  public static Inode file(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new Inode.RegularFile(Meta.of(0644), Digest.sha256(bytes), bytes.length);
  }

  public Debs with(String path, String text) {
    TreePath at = TreePath.of(path);
    tree.mkdirs(at.parent());
    tree.put(at, file(text));
    contents.put(Digest.sha256(text), ByteSource.of(text.getBytes(StandardCharsets.UTF_8)));
    return this;
  }

  public Debs link(String path, String target) {
    tree.mkdirs(TreePath.of(path).parent());
    tree.put(path, new Inode.Symlink(Meta.of(0777), target));
    return this;
  }

  public Debs hardLink(String path, String existing) {
    tree.mkdirs(TreePath.of(path).parent());
    tree.link(TreePath.of(path), TreePath.of(existing));
    return this;
  }

  public Debs directory(String path, int mode) {
    tree.mkdirs(TreePath.of(path).parent());
    tree.put(path, new Inode.Directory(Meta.of(mode)));
    return this;
  }

  public Debs control(String name, String text) {
    controlFiles.put(name, text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  public UnpackedPackage unpacked() throws FormatException {
    controlFiles.put("control", control.getBytes(StandardCharsets.UTF_8));
    return new UnpackedPackage(
        ControlStanza.parse(control), controlFiles, tree.build(), ContentSource.of(contents));
  }
}
