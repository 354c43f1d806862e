package io.microvisor.systemtests;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import io.microvisor.packages.install.MergedPackages;
import io.microvisor.packages.install.PackageMerge;
import io.microvisor.packages.install.Preseed;
import io.microvisor.packages.unpack.UnpackedPackage;
import io.microvisor.sandbox.Sandbox;
import io.microvisor.sandbox.SandboxResult;
import io.microvisor.sandbox.SandboxSpec;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.store.ContentStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Packages installed by Debian's own tools, as an installer does it: `dpkg-deb` extracts the essential packages into an
/// empty directory, dpkg installs them there once more, and apt in there installs all others. Nothing of ours unpacks,
/// orders or configures.
public final class RealInstallation {
  private static final TreePath TARGET = TreePath.of("target");
  private static final TreePath DEBS = TreePath.of("debs");

  private static final String EXTRACT =
      """
      set -eu
      mkdir /target
      dpkg-deb --extract /debs/0-base-files.deb /target
      for deb in /debs/*.deb; do dpkg-deb --extract "$deb" /target; done
      """;

  private static final String INSTALL =
      """
      set -eu
      umask 022
      export DEBCONF_NONINTERACTIVE_SEEN=true
      : >/var/lib/dpkg/status
      dpkg --force-depends --install /debs/0-base-passwd.deb
      mv /debs/0-base-passwd.deb /debs/base-passwd.deb
      dpkg --force-depends --install /debs/0-*.deb
      [ ! -s /debs/preseeds ] || debconf-set-selections /debs/preseeds
      echo 'deb [trusted=yes] file:/debs ./' >/etc/apt/sources.list.d/debs.list
      apt="apt-get -y -o APT::Sandbox::User=root -o Dpkg::Use-Pty=0 -o Acquire::Languages=none"
      $apt update
      $apt -o APT::Install-Recommends=false install $(cat /debs/wanted)
      rm /etc/apt/sources.list.d/debs.list
      """;

  private final Archive archive;
  private final ContentStore created;
  private final Sandbox sandbox;

  /// @param created gets the contents that no package has
  public RealInstallation(Archive archive, ContentStore created)
      throws IOException, InterruptedException {
    this.archive = archive;
    this.created = created;
    SandboxSupport support = SandboxSupport.probe();
    if (support instanceof SandboxSupport.Impossible impossible) {
      throw Absent.oracle("no sandbox: " + impossible.explanation());
    }
    this.sandbox = Sandbox.on(support);
  }

  /// Installs a set that apt is part of; the set's contents and `created` hold the contents of what comes out.
  ///
  public FileTree install(PackageSet set, List<Preseed> preseeds, long epoch)
      throws IOException, InterruptedException {
    Set<String> essential = essential(set.unpacked());
    FileTree extracted = extract(set, essential, epoch);
    FileTree.Builder builder = FileTree.builder();
    extracted
        .below(TARGET)
        .forEach(entry -> builder.put(entry.path().moved(TARGET, TreePath.ROOT), entry.inode()));
    Map<Digest, ByteSource> files = new HashMap<>();
    StringBuilder index = new StringBuilder();
    List<String> wanted = new ArrayList<>();
    for (int i = 0; i < set.files().size(); i++) {
      ControlStanza control = set.unpacked().get(i).control();
      String name = control.required("Package");
      String file = (essential.contains(name) ? "0-" : "1-") + name + ".deb";
      ByteSource deb = ByteSource.of(set.files().get(i));
      Digest digest = Digest.sha256(deb);
      put(builder, files, file, deb, digest);
      index.append(control).append("Filename: ./").append(file).append('\n');
      index.append("Size: ").append(deb.size()).append("\nSHA256: ").append(digest.hex());
      index.append("\n\n");
      if (!essential.contains(name)) {
        wanted.add(name + ":" + arch(control) + "=" + control.required("Version"));
      }
    }
    text(builder, files, "Packages", index.toString());
    text(builder, files, "wanted", String.join(" ", wanted));
    text(
        builder,
        files,
        "preseeds",
        preseeds.stream().map(p -> p.line() + "\n").collect(Collectors.joining()));
    TreePath policy = TreePath.of("usr/sbin/policy-rc.d");
    byte[] forbid = "#!/bin/sh\nexit 101\n".getBytes(StandardCharsets.UTF_8);
    files.put(Digest.sha256(forbid), ByteSource.of(forbid));
    builder.put(policy, new Inode.RegularFile(Meta.of(0755), Digest.sha256(forbid), forbid.length));
    SandboxSpec spec =
        SandboxSpec.of(
            builder.build(),
            ContentSource.of(files).or(created),
            List.of("/usr/bin/sh", "-c", INSTALL),
            epoch);
    return run(spec).toBuilder().remove(DEBS).remove(policy).build();
  }

  private static String arch(ControlStanza control) throws IOException {
    String architecture = control.required("Architecture");
    return architecture.equals("all") ? "amd64" : architecture;
  }

  private FileTree extract(PackageSet set, Set<String> essential, long epoch)
      throws IOException, InterruptedException {
    MergedPackages tools =
        PackageMerge.merge(archive.provider().choose(List.of("dpkg", "apt")).unpacked());
    FileTree.Builder builder = tools.tree().toBuilder();
    Map<Digest, ByteSource> files = new HashMap<>();
    for (int i = 0; i < set.files().size(); i++) {
      String name = set.unpacked().get(i).control().required("Package");
      if (essential.contains(name)) {
        ByteSource deb = ByteSource.of(set.files().get(i));
        Digest digest = Digest.sha256(deb);
        put(builder, files, "0-" + name + ".deb", deb, digest);
      }
    }
    return run(
        SandboxSpec.of(
            builder.build(),
            tools.contents().or(ContentSource.of(files)),
            List.of("/usr/bin/sh", "-c", EXTRACT),
            epoch));
  }

  private FileTree run(SandboxSpec spec) throws IOException, InterruptedException {
    List<String> said = new ArrayList<>();
    SandboxResult result =
        sandbox.run(
            spec,
            created,
            line -> {
              synchronized (said) {
                said.add(line);
              }
            });
    if (result.exit() != 0) {
      throw new AssertionError(
          "real installation: exit status " + result.exit() + "\n" + String.join("\n", said));
    }
    return result.tree();
  }

  private static void put(
      FileTree.Builder builder,
      Map<Digest, ByteSource> files,
      String name,
      ByteSource bytes,
      Digest digest) {
    builder.mkdirs(DEBS);
    files.put(digest, bytes);
    builder.put(DEBS.resolve(name), new Inode.RegularFile(Meta.of(0644), digest, bytes.size()));
  }

  private static void text(
      FileTree.Builder builder, Map<Digest, ByteSource> files, String name, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    put(builder, files, name, ByteSource.of(bytes), Digest.sha256(bytes));
  }

  /// What is essential, apt, and what they depend on.
  private static Set<String> essential(List<UnpackedPackage> packages) throws IOException {
    Map<String, UnpackedPackage> byName = new HashMap<>();
    ArrayDeque<UnpackedPackage> left = new ArrayDeque<>();
    for (UnpackedPackage each : packages) {
      byName.put(each.control().required("Package"), each);
      for (List<Relation> clause : Relations.parse(each.control().text("Provides")).clauses()) {
        clause.forEach(provided -> byName.putIfAbsent(provided.name(), each));
      }
      if (each.control().text("Essential").equals("yes")
          || each.control().text("Package").equals("apt")) {
        left.add(each);
      }
    }
    Set<String> names = new HashSet<>();
    while (!left.isEmpty()) {
      UnpackedPackage each = left.remove();
      if (names.add(each.control().required("Package"))) {
        for (String field : List.of("Pre-Depends", "Depends")) {
          for (List<Relation> clause : Relations.parse(each.control().text(field)).clauses()) {
            for (Relation relation : clause) {
              UnpackedPackage found = byName.get(relation.name());
              if (found != null) {
                left.add(found);
              }
            }
          }
        }
      }
    }
    return names;
  }
}
