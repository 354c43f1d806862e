package io.microvisor.compose.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BuildLogTest {
  @Test
  void findsTheLinesThatTellWhatWentWrong() {
    assertThat(
            BuildLog.relevant(
                List.of(
                    "emt: failed build 10",
                    "DKMS (dkms-3.2.2) make.log for thing/1.0 for kernel 6.12 (x86_64)",
                    "Building module(s)",
                    "make -C /lib/modules/6.12/build M=/var/lib/dkms/thing/1.0/build",
                    "  CC [M]  thing.o",
                    "thing.c:3:8: error: unknown type name 'nonsense'",
                    "    3 | static nonsense x;",
                    "make[3]: *** [scripts/Makefile.build:205: thing.o] Error 1")))
        .containsExactly(
            "thing.c:3:8: error: unknown type name 'nonsense'",
            "make[3]: *** [scripts/Makefile.build:205: thing.o] Error 1");
  }

  @Test
  void showsTheEndWhereNoLineNamesAnError() {
    assertThat(BuildLog.relevant(List.of("emt: failed build 1", "one", "two")))
        .containsExactly("one", "two");
  }

  @Test
  void findsSymbolsThatTheKernelDoesNotOffer() {
    assertThat(
            BuildLog.relevant(
                List.of(
                    "  MODPOST Module.symvers",
                    "ERROR: modpost: \"video_device_alloc\" [v4l2loopback.ko] undefined!")))
        .containsExactly("ERROR: modpost: \"video_device_alloc\" [v4l2loopback.ko] undefined!");
  }
}
