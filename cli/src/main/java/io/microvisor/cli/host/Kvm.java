package io.microvisor.cli.host;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whether this machine's KVM can be used (Linux, Documentation/virt/kvm/api.rst).
enum Kvm {
  /// There is no /dev/kvm.
  ABSENT,
  /// It is there, but not ours to open.
  FORBIDDEN,
  /// It can be opened, but makes no virtual machines.
  BROKEN,
  /// It makes virtual machines.
  WORKS,
  /// It can be opened; more could not be tried.
  UNTRIED;

  private static final Path DEVICE = Path.of("/dev/kvm");
  private static final int O_RDWR_CLOEXEC = 2 | 02000000;
  private static final long KVM_GET_API_VERSION = 0xae00;
  private static final long KVM_CREATE_VM = 0xae01;
  private static final int API_VERSION = 12;

  /// Tries it: asks for the version of its interface, and for a virtual machine, which is given back at once.
  static Kvm probe() {
    if (!Files.exists(DEVICE)) {
      return ABSENT;
    }
    if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
      return FORBIDDEN;
    }
    try {
      return open();
    } catch (IllegalCallerException | UnsupportedOperationException _) {
      return UNTRIED; // Native code may not be called here.
    } catch (Throwable e) {
      throw new IllegalStateException("calling ioctl", e);
    }
  }

  @SuppressWarnings("restricted")
  private static Kvm open() throws Throwable {
    Linker linker = Linker.nativeLinker();
    SymbolLookup libc = linker.defaultLookup();
    MethodHandle open =
        linker.downcallHandle(
            libc.findOrThrow("open"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    MethodHandle ioctl =
        linker.downcallHandle(
            libc.findOrThrow("ioctl"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG),
            Linker.Option.firstVariadicArg(2));
    MethodHandle close =
        linker.downcallHandle(
            libc.findOrThrow("close"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    int device;
    try (Arena arena = Arena.ofConfined()) {
      device = (int) open.invokeExact(arena.allocateFrom(DEVICE.toString()), O_RDWR_CLOEXEC);
    }
    if (device < 0) {
      return BROKEN;
    }
    int machine = -1;
    try {
      if ((int) ioctl.invokeExact(device, KVM_GET_API_VERSION, 0L) == API_VERSION) {
        machine = (int) ioctl.invokeExact(device, KVM_CREATE_VM, 0L);
      }
      return machine < 0 ? BROKEN : WORKS;
    } finally {
      if (machine >= 0) {
        int _ = (int) close.invokeExact(machine);
      }
      int _ = (int) close.invokeExact(device);
    }
  }
}
