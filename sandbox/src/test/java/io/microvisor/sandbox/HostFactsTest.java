package io.microvisor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HostFactsTest {
  private static final String UNSHARE = "unshare from util-linux 2.41";

  @Test
  void namesEverythingThatIsInTheWayWithItsRemedy() {
    HostFacts facts = new HostFacts(1000, "ada", UNSHARE, false, "", "", "0", "0", "1");

    assertThat(new SandboxSupport.Impossible(facts.obstacles("nothing works")).explanation())
        .isEqualTo(
            """
            user.max_user_namespaces: 0 (expected: at least 1)
              advice: sudo sysctl -w user.max_user_namespaces=15000
            kernel.unprivileged_userns_clone: 0 (expected: 1)
              advice: sudo sysctl -w kernel.unprivileged_userns_clone=1
            kernel.apparmor_restrict_unprivileged_userns: 1 (expected: 0)
              advice: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0
            newuidmap: no such program (expected: it, to map subordinate ids)
              advice: sudo apt install uidmap
            /etc/subuid: no range of 65536 ids for ada (expected: one)
              advice: sudo usermod --add-subuids 100000-165535 ada
            /etc/subgid: no range of 65536 ids for ada (expected: one)
              advice: sudo usermod --add-subgids 100000-165535 ada\
            """);
  }

  @Test
  void givesTheChildsComplaintWhenNothingKnownIsInTheWay() {
    String ranges = "ada:100000:65536";
    HostFacts facts = new HostFacts(1000, "ada", UNSHARE, true, ranges, ranges, "9", "", "");

    assertThat(facts.obstacles("unshare failed: Operation not permitted"))
        .singleElement()
        .extracting(SandboxSupport.Obstacle::what)
        .isEqualTo("unshare: unshare failed: Operation not permitted");
  }

  @Test
  void acceptsARangeByUserIdAndRefusesOneThatIsTooSmall() {
    HostFacts facts =
        new HostFacts(1000, "ada", UNSHARE, true, "1000:1:65536", "ada:1:65535", "9", "", "");

    assertThat(facts.obstacles("no").stream().map(SandboxSupport.Obstacle::what))
        .containsExactly("/etc/subgid: no range of 65536 ids for ada (expected: one)");
  }

  @Test
  void refusesAnUnshareThatCannotMapSubordinateIds() {
    HostFacts old =
        new HostFacts(1000, "ada", "unshare from util-linux 2.37.2", true, "", "", "9", "", "");

    assertThat(old.obstacles("no").get(0).what())
        .isEqualTo(
            "unshare from util-linux 2.37.2: too old to map subordinate ids"
                + " (expected: util-linux >= 2.38)");
  }

  @Test
  void refusalTellsWhatToEnable() {
    SandboxSupport impossible =
        new SandboxSupport.Impossible(List.of(new SandboxSupport.Obstacle("a: 0", "b")));

    org.assertj.core.api.Assertions.assertThatThrownBy(() -> Sandbox.on(impossible))
        .hasMessage(
            "sandbox: this machine lets us make no namespaces (expected: root, or user namespaces"
                + " with subordinate ids)\na: 0\n  advice: b");
  }
}
