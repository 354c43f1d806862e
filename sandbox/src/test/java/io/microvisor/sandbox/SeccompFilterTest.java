package io.microvisor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Runs the filters as the kernel does (seccomp(2), and the instructions of linux/bpf_common.h), for calls that cannot be
/// made here. That the kernel takes them, and that they hold, is in [EscapeTest].
class SeccompFilterTest {
  private static final int X86_64 = 0xc000003e;
  private static final int I386 = 0x40000003;
  private static final int ALLOW = 0x7fff0000;
  private static final int ERRNO = 0x00050000;
  private static final int EPERM = ERRNO | 1;
  private static final int ENOSYS = ERRNO | 38;
  private static final int EAFNOSUPPORT = ERRNO | 97;

  private final SeccompFilter scripts = SeccompFilter.forScripts();
  private final SeccompFilter tools = SeccompFilter.forTools();

  @Test
  void ordinaryCallsPass() {
    for (int read : List.of(0, 1, 2, 39, 59, 61, 83, 87, 90, 92, 105, 133, 161, 257, 260, 262)) {
      assertThat(verdict(scripts, X86_64, read)).isEqualTo(ALLOW);
      assertThat(verdict(tools, X86_64, read)).isEqualTo(ALLOW);
    }
    assertThat(verdict(scripts, I386, 4)).isEqualTo(ALLOW);
  }

  @Test
  void bothKindsOfProgramsAreRefusedTheSame() {
    for (SystemCall call : SystemCall.values()) {
      if (call.in64() && call.in32()) {
        assertThat(verdict(scripts, I386, call.number32(), 3, 0x5412))
            .as("%s", call)
            .isEqualTo(verdict(scripts, X86_64, call.number64(), 3, 0x5412));
      }
    }
  }

  @Test
  void otherArchitecturesAndX32HaveNoCallsAtAll() {
    assertThat(verdict(scripts, 0xc00000b7, 0)).isEqualTo(ENOSYS);
    assertThat(verdict(scripts, X86_64, 0x40000000)).isEqualTo(ENOSYS);
    assertThat(verdict(scripts, X86_64, 0x40000000 | SystemCall.MOUNT.number64()))
        .isEqualTo(ENOSYS);
  }

  @Test
  void nothingIsTypedIntoATerminal() {
    for (SeccompFilter filter : List.of(scripts, tools)) {
      assertThat(verdict(filter, X86_64, 16, 0, 0x5412)).isEqualTo(EPERM);
      assertThat(verdict(filter, X86_64, 16, 0, 0x541c)).isEqualTo(EPERM);
      assertThat(verdict(filter, X86_64, 16, 0, 0x5401)).isEqualTo(ALLOW);
    }
  }

  @Test
  void processesCanBeMadeButNoNamespaces() {
    int sigchld = 17;
    for (int number : List.of(SystemCall.CLONE.number64(), SystemCall.UNSHARE.number64())) {
      for (int bit : List.of(17, 25, 26, 27, 28, 29, 30)) {
        assertThat(verdict(scripts, X86_64, number, 1 << bit | sigchld)).isEqualTo(EPERM);
      }
      assertThat(verdict(scripts, X86_64, number, 0x003d0f00)).isEqualTo(ALLOW); // a thread
    }
    assertThat(verdict(scripts, X86_64, SystemCall.CLONE.number64(), 0x80)).isEqualTo(ALLOW);
    assertThat(verdict(scripts, X86_64, SystemCall.UNSHARE.number64(), 0x80)).isEqualTo(EPERM);
    assertThat(verdict(scripts, X86_64, SystemCall.CLONE3.number64())).isEqualTo(ENOSYS);
  }

  @Test
  void socketsAreOnlyOfFamiliesThatANetworkNamespaceConfines() {
    for (int family = 0; family < 50; family++) {
      assertThat(verdict(scripts, X86_64, SystemCall.SOCKET.number64(), family))
          .isEqualTo(List.of(1, 2, 10, 16, 17).contains(family) ? ALLOW : EAFNOSUPPORT);
    }
  }

  @Test
  void syncIsDoneAtOnceForScriptsAndReallyForTools() {
    for (SystemCall call : List.of(SystemCall.SYNC, SystemCall.FSYNC, SystemCall.SYNCFS)) {
      assertThat(verdict(scripts, X86_64, call.number64())).isEqualTo(ERRNO);
      assertThat(verdict(tools, X86_64, call.number64())).isEqualTo(ALLOW);
    }
  }

  private static int verdict(SeccompFilter filter, int arch, int number, int... arguments) {
    ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    data.putInt(number).putInt(arch).putLong(0);
    for (int argument : arguments) {
      data.putLong(argument);
    }
    ByteBuffer program = ByteBuffer.wrap(filter.program()).order(ByteOrder.LITTLE_ENDIAN);
    int accumulator = 0;
    for (int at = 0; ; at++) {
      int code = program.getShort(at * 8);
      int ifTrue = program.get(at * 8 + 2) & 0xff;
      int ifFalse = program.get(at * 8 + 3) & 0xff;
      int operand = program.getInt(at * 8 + 4);
      switch (code) {
        case 0x20 -> accumulator = data.getInt(operand);
        case 0x05 -> at += operand;
        case 0x15 -> at += accumulator == operand ? ifTrue : ifFalse;
        case 0x45 -> at += (accumulator & operand) != 0 ? ifTrue : ifFalse;
        case 0x06 -> {
          return operand;
        }
        default -> throw new AssertionError("instruction " + at + ": code " + code);
      }
    }
  }
}
