package io.microvisor.packages.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigureOutputTest {
  @Test
  void namesThePackageTheScriptTheStatusAndWhatTheScriptSaid() {
    List<String> lines =
        List.of(
            "Setting up fine (1.0) ...",
            "all is well",
            "Setting up broken (2.0) ...",
            "cannot find the moon",
            "dpkg: error processing package broken (--configure):",
            " installed broken package post-installation script subprocess returned error exit"
                + " status 7",
            "Errors were encountered while processing:",
            " broken");

    assertThat(ConfigureOutput.failure(lines, 1))
        .isEqualTo(
            "package broken: its post-installation script failed: exit status 7 (expected: 0)\n"
                + "  cannot find the moon");
  }

  @Test
  void namesAPreinstThatFails() {
    assertThat(
            ConfigureOutput.failure(
                List.of("emt: preinst demo:amd64", "no", "emt: failed demo:amd64 preinst 2"), 100))
        .isEqualTo(
            "package demo:amd64: its preinst script failed: exit status 2 (expected: 0)\n  no");
  }

  @Test
  void givesDpkgsReasonWhenNoScriptFailed() {
    assertThat(
            ConfigureOutput.failure(
                List.of(
                    "emt: configure",
                    "dpkg: dependency problems prevent configuration of a:",
                    " a depends on b; however:",
                    "dpkg: error processing package a (--configure):",
                    " dependency problems - leaving unconfigured"),
                1))
        .isEqualTo(
            "package a: its configuration failed: dependency problems - leaving unconfigured"
                + " (expected: 0)\n  dpkg: dependency problems prevent configuration of a:\n"
                + "   a depends on b; however:");
  }
}
