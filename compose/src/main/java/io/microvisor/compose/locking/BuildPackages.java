package io.microvisor.compose.locking;

import io.microvisor.compose.kernel.BuildSet;
import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Kernel;
import io.microvisor.compose.template.PackageWish;
import io.microvisor.packages.catalog.PackageCatalog;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.repository.Pin;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.packages.supply.Kept;
import io.microvisor.packages.supply.PackageSupply;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/// Which packages an image's kernel modules are built with. They are chosen apart from the image's: what an image holds does
/// not depend on what some compiler needs.
final class BuildPackages {
  private BuildPackages() {}

  /// The lock with the build packages pinned as well; the same where nothing is built.
  ///
  /// @param policy as for the image, without recommendations
  /// @param pins as for the image
  /// @param kept what of an earlier choice is preferred
  static Lock add(
      Lock lock,
      Kernel kernel,
      DebPolicy policy,
      List<Pin> pins,
      Kept kept,
      PackageSupply supply,
      Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    if (kernel.dkms().isEmpty()) {
      return lock;
    }
    PackageCatalog packages = supply.packages(listener);
    List<Wish> wishes =
        BuildSet.wishes(kernel, lock.packages(), wish -> has(packages, wish.split("=", 2)));
    return switch (supply.solve(wishes, policy, pins, kept, listener)) {
      case Resolution.Solved<DebPackage> solved ->
          lock.withBuildPackages(
              supply.lock(solved, lock.architecture(), List.of(), listener).packages());
      case Resolution.Unsolvable<DebPackage> unsolvable ->
          throw new RejectedException(
              List.of(
                  Problem.of(
                      Code.UNSOLVABLE,
                      place(kernel, unsolvable.wishes()),
                      "dkms: " + unsolvable.message())));
      case Resolution.Misunderstood<DebPackage> unknown ->
          throw new RejectedException(
              unknown.wishes().stream()
                  .map(each ->
                      Problem.of(
                          Code.UNKNOWN_PACKAGE,
                          place(kernel, List.of(each.wish())),
                          "dkms: " + each.message()))
                  .toList());
      case Resolution.GaveUp<DebPackage> gaveUp ->
          throw new IOException(
              "dkms: no choice of build packages found in "
                  + gaveUp.steps()
                  + " steps (expected: an answer)");
    };
  }

  private static boolean has(PackageCatalog packages, String[] nameAndVersion) {
    return packages.packages(nameAndVersion[0]).stream()
        .anyMatch(each -> each.version().toString().equals(nameAndVersion[1]));
  }

  private static Place place(Kernel kernel, List<Wish> wishes) {
    return kernel.dkms().stream()
        .filter(wish -> wishes.stream().anyMatch(each -> each.text().equals(wish.text())))
        .map(PackageWish::place)
        .findFirst()
        .orElse(kernel.dkms().getFirst().place());
  }
}
