package io.microvisor.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BootTimesTest {
  private static final String REPORT =
      """
      SystemState=running\r
      FirmwareTimestampMonotonic=9000000\r
      LoaderTimestampMonotonic=1500000\r
      InitRDTimestampMonotonic=2000000\r
      UserspaceTimestampMonotonic=5000000\r
      FinishTimestampMonotonic=9250000\r
      Id=ssh.service\r
      InactiveExitTimestampMonotonic=6000000\r
      ActiveEnterTimestampMonotonic=7000000\r
      \r
      Id=slow.service\r
      InactiveExitTimestampMonotonic=5500000\r
      ActiveEnterTimestampMonotonic=8000000\r
      \r
      Id=never.service\r
      InactiveExitTimestampMonotonic=0\r
      ActiveEnterTimestampMonotonic=0\r
      \r
      Id=sys-devices-tty.device\r
      InactiveExitTimestampMonotonic=5\r
      ActiveEnterTimestampMonotonic=9000000\r
      12.34 20.01\r
      systemd 257 (257.8-1~deb13u2)\r
      +PAM +AUDIT\r
      """;

  @Test
  void countsPhasesAsSystemdAnalyzeDoes() {
    BootTimes times = BootTimes.parse(REPORT).orElseThrow();

    assertThat(times.phases())
        .containsEntry(BootTimes.Phase.FIRMWARE, Duration.ofMillis(7500))
        .containsEntry(BootTimes.Phase.LOADER, Duration.ofMillis(1500))
        .containsEntry(BootTimes.Phase.KERNEL, Duration.ofMillis(2000))
        .containsEntry(BootTimes.Phase.INITRD, Duration.ofMillis(3000))
        .containsEntry(BootTimes.Phase.USERSPACE, Duration.ofMillis(4250));
    assertThat(times.total()).isEqualTo(Duration.ofMillis(18_250));
    assertThat(times.uptime()).isEqualTo(Duration.ofMillis(12_340));
    assertThat(times.state()).isEqualTo("running");
    assertThat(times.systemd()).isEqualTo("systemd 257 (257.8-1~deb13u2)");
  }

  @Test
  void namesTheSlowestUnitsFirst() {
    assertThat(BootTimes.parse(REPORT).orElseThrow().units())
        .containsExactly(
            new BootTimes.UnitTime(
                "slow.service", Duration.ofMillis(5500), Duration.ofMillis(2500)),
            new BootTimes.UnitTime("ssh.service", Duration.ofSeconds(6), Duration.ofSeconds(1)));
  }

  @Test
  void waitsForTheWholeReport() {
    for (int length = 0; length < REPORT.indexOf("(257.8"); length += 7) {
      assertThat(BootTimes.parse(REPORT.substring(0, length))).isEmpty();
    }
  }

  @Test
  void leavesOutPhasesThatNobodyTold() {
    BootTimes times =
        BootTimes.parse(
                """
                SystemState=degraded
                FirmwareTimestampMonotonic=0
                LoaderTimestampMonotonic=0
                InitRDTimestampMonotonic=0
                UserspaceTimestampMonotonic=700
                FinishTimestampMonotonic=99999999999999999999
                systemd 257
                +PAM
                """)
            .orElseThrow();

    assertThat(times.phases())
        .containsExactly(Map.entry(BootTimes.Phase.KERNEL, Duration.ofNanos(700_000)));
    assertThat(times.units()).isEmpty();
  }

  @Test
  void handsAUnitInForOneBoot() {
    assertThat(BootTimes.credentials().getFirst().name())
        .isEqualTo("systemd.extra-unit.emt-boot-report.service");
    assertThat(BootTimes.credentials().getLast().value()).contains("Wants=emt-boot-report.service");
  }
}
