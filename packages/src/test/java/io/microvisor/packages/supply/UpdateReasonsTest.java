package io.microvisor.packages.supply;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockDiff;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.solver.deb.TinyArchive;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class UpdateReasonsTest {
  @Test
  void tellsWhoNeedsTheLaterVersion() throws FormatException {
    assertThat(
            reasons(
                "curl 1; Depends: libcurl (= 1)\nlibcurl 1",
                "curl 2; Depends: libcurl (= 2)\nlibcurl 2",
                Set.of()))
        .isEqualTo(Map.of("libcurl", "curl 2 needs libcurl (= 2)"));
  }

  @Test
  void tellsWhoCannotStandTheEarlierVersion() throws FormatException {
    assertThat(reasons("curl 1\nwget 1", "curl 2; Breaks: wget (<< 2)\nwget 2", Set.of()))
        .isEqualTo(Map.of("wget", "curl 2 breaks wget (<< 2)"));
  }

  @Test
  void tellsWhatNoArchiveHasAnyMore() throws FormatException {
    assertThat(reasons("curl 1\nwget 1", "curl 2\nwget 2", Set.of("wget")))
        .isEqualTo(Map.of("wget", "1 cannot be had any more"));
  }

  @Test
  void tellsWhyPackagesCameAndWent() throws FormatException {
    assertThat(
            reasons(
                "curl 1; Depends: old\nold 1\nmta 1\ntaken 1\nuser 1; Depends: taken | other",
                "curl 2; Pre-Depends: new; Conflicts: mta\nnew 1\nother 1\nuser 1; Depends: taken | other",
                Set.of()))
        .containsAllEntriesOf(
            Map.of(
                "new", "curl 2 needs new",
                "old", "nothing needs it any more",
                "mta", "curl 2 conflicts with mta",
                "taken", "another takes its place",
                "other", "user 1 needs other"));
  }

  @Test
  void saysNothingWhereNothingSpeaksForIt() throws FormatException {
    assertThat(reasons("curl 1\nwget 1", "curl 1\nwget 2; Depends: broken (", Set.of())).isEmpty();
  }

  private static Map<String, String> reasons(String before, String after, Set<String> gone)
      throws FormatException {
    List<DebPackage> chosen = TinyArchive.of(after);
    Lock old = lock(TinyArchive.of(before));
    List<LockedPackage> lost =
        old.packages().stream().filter(each -> gone.contains(each.name())).toList();
    return UpdateReasons.of(LockDiff.of(old, lock(chosen)), chosen, lost, Set.of("curl"));
  }

  private static Lock lock(List<DebPackage> packages) {
    return new Lock(
        "amd64", List.of(), List.of(), packages.stream().map(LockedPackage::of).toList());
  }
}
