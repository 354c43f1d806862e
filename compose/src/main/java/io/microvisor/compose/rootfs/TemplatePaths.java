package io.microvisor.compose.rootfs;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.AdditionalFile;
import io.microvisor.compose.template.AdditionalFolder;
import io.microvisor.compose.template.PathClaims;
import io.microvisor.compose.template.PathClaims.Claim;
import io.microvisor.compose.template.PathClaims.Kind;
import io.microvisor.compose.template.Services;
import io.microvisor.compose.template.User;
import io.microvisor.compose.template.VolatilePaths;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Looks where the paths that a template names lead in the tree, before anything is put there.
///
/// Links among a path's parents are followed, as a program in the running system follows them; one at its end is replaced
/// by a file, unless it leads to a folder. What a template puts somewhere neither takes a folder's place, nor lies where
/// no machine sees it.
final class TemplatePaths {
  /// A file that was put.
  private record Put(Claim claim, Inode inode) {}

  private final RootEditor root;
  private final List<Problem> problems;
  private final PathClaims claims;
  private final Map<AdditionalFile, Boolean> accepted = new HashMap<>();
  private final Map<AdditionalFolder, Optional<TreePath>> places = new HashMap<>();
  private final List<Put> files = new ArrayList<>();

  /// @param problems get what is wrong
  TemplatePaths(RootEditor root, List<Problem> problems) {
    this.root = root;
    this.problems = problems;
    this.claims = new PathClaims(problems);
  }

  /// Whether a file can be put; whoever asks again is told the same.
  boolean accepts(AdditionalFile file) {
    return accepted.computeIfAbsent(
        file, _ -> acceptsFile(new Claim(file.subject(), file.path(), Kind.FILE, file.place())));
  }

  /// Whether a unit file can be put.
  boolean accepts(Services.UnitFile unit) {
    return acceptsFile(new Claim(unit.subject(), unit.path(), Kind.FILE, unit.place()));
  }

  /// Where a folder is or can be made; whoever asks again is told the same.
  Optional<TreePath> placeOf(AdditionalFolder folder) {
    Claim claim = new Claim(folder.subject(), folder.path(), Kind.FOLDER, folder.place());
    return places.computeIfAbsent(
        folder, _ -> openFolder(claim).filter(at -> claims.claim(at.absolute(), claim)));
  }

  /// Whether a user's home can be made, or is there already. One in memory is the machine's to make, so nothing of the
  /// template can be in it.
  boolean accepts(User user, String home) {
    Claim claim = new Claim("home: " + home, home, Kind.FOLDER, user.home().placeOr(user.place()));
    return openFolder(claim).isPresent();
  }

  /// Takes a path that a key of the template writes, so that no file of the template replaces it.
  ///
  /// @param key which
  void take(String key, String path, Place place) {
    if (root.wayTo(path) instanceof PathResolution.Open(TreePath at)) {
      claims.claim(at.absolute(), new Claim(key + ": " + path, path, Kind.FILE, place));
    }
  }

  private boolean acceptsFile(Claim claim) {
    Optional<TreePath> at = open(claim, root.wayTo(claim.path()));
    return at.isPresent() && notAFolder(claim) && claims.claim(at.get().absolute(), claim);
  }

  private boolean notAFolder(Claim claim) {
    return switch (root.find(claim.path()).orElse(null)) {
      case Inode.Directory _ ->
          refused(
              claim,
              "is a folder in the image",
              "a path for a file",
              "additionalFolders gives a folder another owner or mode");
      case Inode.Symlink link -> notToAFolder(claim, link);
      case Inode.RegularFile _, Inode.Device _, Inode.Fifo _, Inode.Socket _ -> true;
      case null -> true;
    };
  }

  private boolean notToAFolder(Claim claim, Inode.Symlink link) {
    boolean folder =
        root.wayThrough(claim.path()) instanceof PathResolution.Open(TreePath at)
            && root.find(at.absolute()).orElse(null) instanceof Inode.Directory;
    return !folder
        || refused(
            claim,
            "is a link to the folder " + link.target() + " in the image",
            "a path for a file");
  }

  /// Where a folder is, or would be made.
  private Optional<TreePath> openFolder(Claim claim) {
    Optional<TreePath> at = open(claim, root.wayThrough(claim.path()));
    boolean file =
        at.flatMap(path -> root.find(path.absolute()))
            .filter(inode -> !(inode instanceof Inode.Directory))
            .isPresent();
    if (file) {
      refused(claim, "is a file in the image", "a path for a folder");
      return Optional.empty();
    }
    return at;
  }

  private Optional<TreePath> open(Claim claim, PathResolution way) {
    switch (way) {
      case PathResolution.Open(TreePath at) -> {
        if (!VolatilePaths.covers(at.absolute())) {
          return Optional.of(at);
        }
        problems.add(VolatilePaths.problem(claim, at.absolute()));
      }
      case PathResolution.Blocked(TreePath _, TreePath by) ->
          refused(
              claim,
              by.absolute() + " is a file in the image",
              "folders, or nothing yet, on the way");
      case PathResolution.Circle(TreePath link) ->
          refused(
              claim,
              "the links at " + link.absolute() + " lead in a circle",
              "a path that leads somewhere");
    }
    return Optional.empty();
  }

  /// @return false
  private boolean refused(Claim claim, String what, String expected, String... advice) {
    problems.add(
        Problem.of(
            Code.NO_PLACE,
            claim.place(),
            claim.subject() + ": " + what + " (expected: " + expected + ")",
            advice));
    return false;
  }

  /// Remembers that a file was put.
  void put(AdditionalFile file) {
    remember(new Claim(file.subject(), file.path(), Kind.FILE, file.place()));
  }

  /// Remembers that a unit file was put.
  void put(Services.UnitFile unit) {
    remember(new Claim(unit.subject(), unit.path(), Kind.FILE, unit.place()));
  }

  private void remember(Claim claim) {
    root.find(claim.path()).ifPresent(inode -> files.add(new Put(claim, inode)));
  }

  /// Refuses what was put where every boot mounts something over it.
  ///
  /// @param covered what mounts it, by where
  void checkSeen(Map<TreePath, String> covered) {
    for (Put put : files) {
      TreePath at = root.real(put.claim().path());
      covered.forEach((mountPoint, by) -> {
        if (at.startsWith(mountPoint) && !mountPoint.isRoot()) {
          refused(
              put.claim(),
              "is hidden by what " + by + " mounts on " + mountPoint.absolute(),
              "another path, or nofail among the mount's options");
        }
      });
    }
  }

  /// Refuses what was put and is no longer there, because the build has a file of its own at that path.
  void checkStillThere() {
    for (Put put : files) {
      Optional<Inode> now = root.find(ReadOnlyRoot.moved(put.claim().path()));
      if (!now.equals(Optional.of(put.inode()))) {
        refused(put.claim(), "is written by the build itself", "another path");
      }
    }
  }
}
