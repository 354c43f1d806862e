package io.microvisor.compose.locking;

import io.microvisor.bytes.Digest;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockDiff;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.solver.Pick;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.supply.Kept;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.packages.supply.PinnedPackages;
import io.microvisor.packages.supply.UpdateReasons;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Consumer;

/// A lock made from another in which no more changed than has to.
///
/// What the earlier lock pins is preferred to everything else, even where no index lists it any more, as long as it can
/// be had. The choice is made twice: first with the packages that are to move as wishes of their own, so that they
/// decide and the rest follows; then without those wishes, preferring what came out, so that nothing is in the lock only
/// because it was to be updated.
///
/// @param reasons why packages changed that were not to, by name
public record LockUpdate(Lock lock, LockDiff diff, SortedMap<String, String> reasons) {
  public LockUpdate {
    reasons = Collections.unmodifiableSortedMap(new TreeMap<>(reasons));
  }

  /// Makes a lock for what the template says now.
  ///
  /// @param before what to keep
  /// @param moving names of packages in it that are to be chosen anew
  /// @throws io.microvisor.compose.problem.RejectedException if wishes mean nothing or cannot be had together
  public static LockUpdate of(
      Template template,
      PackageSupply supply,
      Lock before,
      SortedSet<String> moving,
      Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    List<LockedPackage> kept =
        before.packages().stream().filter(each -> !moving.contains(each.name())).toList();
    PinnedPackages pinned = PinnedPackages.listed(before, kept, supply, listener);
    List<Wish> wishes = PackageChoice.wishes(template);
    Set<Digest> preferred = pinned.digests();
    if (!moving.isEmpty()) {
      List<Wish> first = new ArrayList<>(moving.stream().map(Wish::of).toList());
      first.addAll(wishes);
      if (choose(template, supply, first, preferred, pinned, listener)
          instanceof Resolution.Solved<DebPackage> solved) {
        preferred = digests(solved);
      }
    }
    Resolution.Solved<DebPackage> chosen =
        PackageChoice.solved(
            template, choose(template, supply, wishes, preferred, pinned, listener));
    PinnedPackages built =
        PinnedPackages.listed(
            before,
            before.buildPackages().stream().filter(each -> !moving.contains(each.name())).toList(),
            supply,
            listener);
    Lock lock =
        PackageChoice.pinned(
            template, chosen, new Kept(built.found(), built.digests()), supply, listener);
    LockDiff diff = LockDiff.of(before, lock);
    List<DebPackage> items = chosen.picks().stream().map(Pick::item).toList();
    return new LockUpdate(lock, diff, UpdateReasons.of(diff, items, pinned.gone(), moving));
  }

  private static Resolution<DebPackage> choose(
      Template template,
      PackageSupply supply,
      List<Wish> wishes,
      Set<Digest> preferred,
      PinnedPackages pinned,
      Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    return supply.solve(
        wishes,
        PackageChoice.policy(template),
        TemplateRepositories.pins(template),
        new Kept(pinned.found(), preferred),
        listener);
  }

  private static Set<Digest> digests(Resolution.Solved<DebPackage> solved) {
    Set<Digest> digests = new HashSet<>();
    solved.picks().forEach(pick -> digests.add(pick.item().sha256()));
    return digests;
  }
}
