package io.microvisor.sandbox;

import io.microvisor.bytes.StructWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A filter of system calls, as the kernel runs it: a program in classic BPF over `struct seccomp_data` (linux/seccomp.h).
///
/// | offset | size | field of seccomp_data |
/// |---|---|---|
/// | 0 | 4 | nr: the system call |
/// | 4 | 4 | arch: AUDIT_ARCH_X86_64 or, for a 32-bit program, AUDIT_ARCH_I386 |
/// | 8 | 8 | instruction_pointer |
/// | 16 | 48 | args: six of 8 bytes, of which we look at the lower halves |
///
/// Each instruction (`struct sock_filter`) has 8 bytes: code, jump if true, jump if false, operand.
///
/// What is refused is what reaches beyond the namespaces (the kernel's keys, modules, clock, its programs), what would
/// make new ones, what looks into other processes, and what puts input into a terminal. Refusing is an error number, never
/// a signal, so that programs can do without.
final class SeccompFilter {
  private static final int SIZE_OF_INSTRUCTION = 8;
  private static final int LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
  private static final int JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
  private static final int JUMP_IF_ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K
  private static final int RETURN = 0x06; // BPF_RET | BPF_K

  private static final int NR = 0;
  private static final int ARCH = 4;
  private static final int FIRST_ARGUMENT = 16;
  private static final int SECOND_ARGUMENT = 24;

  private static final long AUDIT_ARCH_X86_64 = 0xc000003eL;
  private static final long AUDIT_ARCH_I386 = 0x40000003L;
  private static final long X32_BIT = 0x40000000L;
  private static final long ALLOW = 0x7fff0000L;
  private static final long ERRNO = 0x00050000L;
  private static final int SUCCESS = 0;
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final int EAFNOSUPPORT = 97;

  /// CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET (linux/sched.h); of clone(2), the lowest is
  /// part of the signal's number, which is below 65.
  private static final long NEW_NAMESPACES = 0x7e020000L;

  private static final long NEW_TIME_NAMESPACE = 0x80;

  /// TIOCSTI and TIOCLINUX (asm-generic/ioctls.h): input as if typed, or pasted.
  private static final List<Long> TYPING = List.of(0x5412L, 0x541cL);

  /// AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET: those that a network namespace confines. AF_VSOCK is none of them.
  private static final List<Long> CONFINED_FAMILIES = List.of(1L, 2L, 10L, 16L, 17L);

  /// To the kernel's programs and settings, to file systems, to other processes: refused to scripts and tools.
  private static final Set<SystemCall> FORBIDDEN =
      Set.of(
          SystemCall.ACCT,
          SystemCall.ADD_KEY,
          SystemCall.BPF,
          SystemCall.CLOCK_SETTIME,
          SystemCall.CLOCK_SETTIME64,
          SystemCall.DELETE_MODULE,
          SystemCall.FANOTIFY_INIT,
          SystemCall.FINIT_MODULE,
          SystemCall.FSCONFIG,
          SystemCall.FSMOUNT,
          SystemCall.FSOPEN,
          SystemCall.FSPICK,
          SystemCall.INIT_MODULE,
          SystemCall.IOPERM,
          SystemCall.IOPL,
          SystemCall.KCMP,
          SystemCall.KEXEC_FILE_LOAD,
          SystemCall.KEXEC_LOAD,
          SystemCall.KEYCTL,
          SystemCall.MOUNT,
          SystemCall.MOUNT_SETATTR,
          SystemCall.MOVE_MOUNT,
          SystemCall.OPEN_BY_HANDLE_AT,
          SystemCall.OPEN_TREE,
          SystemCall.OPEN_TREE_ATTR,
          SystemCall.PERF_EVENT_OPEN,
          SystemCall.PIDFD_GETFD,
          SystemCall.PIVOT_ROOT,
          SystemCall.PROCESS_MADVISE,
          SystemCall.PROCESS_VM_READV,
          SystemCall.PROCESS_VM_WRITEV,
          SystemCall.PTRACE,
          SystemCall.QUOTACTL,
          SystemCall.QUOTACTL_FD,
          SystemCall.REBOOT,
          SystemCall.REQUEST_KEY,
          SystemCall.SETDOMAINNAME,
          SystemCall.SETHOSTNAME,
          SystemCall.SETNS,
          SystemCall.SETTIMEOFDAY,
          SystemCall.STIME,
          SystemCall.SWAPOFF,
          SystemCall.SWAPON,
          SystemCall.SYSLOG,
          SystemCall.UMOUNT,
          SystemCall.UMOUNT2,
          SystemCall.USERFAULTFD,
          SystemCall.VHANGUP,
          SystemCall.VM86,
          SystemCall.VM86OLD);

  /// As if the kernel were too old, so that libraries take the older way. clone3 has its flags where a filter cannot look.
  private static final Set<SystemCall> UNKNOWN = Set.of(SystemCall.CLONE3, SystemCall.SOCKETCALL);

  /// Unknown to scripts besides: files that no file system counts, and system calls that pass by this filter.
  private static final Set<SystemCall> UNKNOWN_TO_SCRIPTS =
      Set.of(
          SystemCall.MEMFD_CREATE,
          SystemCall.MEMFD_SECRET,
          SystemCall.IO_URING_SETUP,
          SystemCall.IO_URING_ENTER,
          SystemCall.IO_URING_REGISTER);

  /// Done at once: what a script writes lives in memory, and sync(2) would wait for every disk of the host.
  private static final Set<SystemCall> DONE =
      Set.of(
          SystemCall.FSYNC,
          SystemCall.FDATASYNC,
          SystemCall.SYNC,
          SystemCall.SYNCFS,
          SystemCall.SYNC_FILE_RANGE);

  private final byte[] program;

  private SeccompFilter(byte[] program) {
    this.program = program;
  }

  /// For package scripts, whose files live in memory.
  static SeccompFilter forScripts() {
    return assemble(union(UNKNOWN, UNKNOWN_TO_SCRIPTS), DONE);
  }

  /// For tools, which may write to files of the host and need what virtual machines are made of.
  static SeccompFilter forTools() {
    return assemble(UNKNOWN, Set.of());
  }

  private static Set<SystemCall> union(Set<SystemCall> one, Set<SystemCall> other) {
    Set<SystemCall> all = new java.util.HashSet<>(one);
    all.addAll(other);
    return all;
  }

  private record Instruction(int code, int ifTrue, int ifFalse, long operand) {}

  private static SeccompFilter assemble(Set<SystemCall> unknown, Set<SystemCall> done) {
    List<Instruction> wide = table(SystemCall::in64, SystemCall::number64, unknown, done);
    List<Instruction> narrow = table(SystemCall::in32, SystemCall::number32, unknown, done);
    List<Instruction> all = new ArrayList<>();
    all.add(load(ARCH));
    all.add(new Instruction(JUMP_IF_EQUAL, 1, 0, AUDIT_ARCH_X86_64));
    // A jump reaches 255 instructions, and this one goes further.
    all.add(new Instruction(0x05, 0, 0, wide.size() + 3));
    all.add(load(NR));
    all.add(new Instruction(JUMP_IF_ANY_BIT, 0, 1, X32_BIT));
    all.add(refuse(ENOSYS));
    all.addAll(wide);
    all.add(new Instruction(JUMP_IF_EQUAL, 1, 0, AUDIT_ARCH_I386));
    all.add(refuse(ENOSYS));
    all.add(load(NR));
    all.addAll(narrow);
    StructWriter out = StructWriter.ofSize(all.size() * SIZE_OF_INSTRUCTION);
    for (Instruction each : all) {
      out.u16le(each.code()).u8(each.ifTrue()).u8(each.ifFalse()).u32le(each.operand());
    }
    return new SeccompFilter(out.toBytes());
  }

  /// Decides about the number that was loaded, and always returns.
  private static List<Instruction> table(
      java.util.function.Predicate<SystemCall> known,
      java.util.function.ToIntFunction<SystemCall> number,
      Set<SystemCall> unknown,
      Set<SystemCall> done) {
    List<Instruction> table = new ArrayList<>();
    for (SystemCall call : SystemCall.values()) {
      if (!known.test(call)) {
        continue;
      }
      List<Instruction> verdict = verdict(call, unknown, done);
      if (!verdict.isEmpty()) {
        table.add(new Instruction(JUMP_IF_EQUAL, 0, verdict.size(), number.applyAsInt(call)));
        table.addAll(verdict);
      }
    }
    table.add(new Instruction(RETURN, 0, 0, ALLOW));
    return table;
  }

  private static List<Instruction> verdict(
      SystemCall call, Set<SystemCall> unknown, Set<SystemCall> done) {
    if (FORBIDDEN.contains(call)) {
      return List.of(refuse(EPERM));
    }
    if (unknown.contains(call)) {
      return List.of(refuse(ENOSYS));
    }
    if (done.contains(call)) {
      return List.of(refuse(SUCCESS));
    }
    return switch (call) {
      case CLONE -> refuseBits(NEW_NAMESPACES);
      case UNSHARE -> refuseBits(NEW_NAMESPACES | NEW_TIME_NAMESPACE);
      case IOCTL -> refuseValues(SECOND_ARGUMENT, TYPING);
      case SOCKET, SOCKETPAIR -> allowValues(CONFINED_FAMILIES);
      default -> List.of(); // Made by us before the filter is there, or harmless.
    };
  }

  private static List<Instruction> refuseBits(long bits) {
    return List.of(
        load(FIRST_ARGUMENT),
        new Instruction(JUMP_IF_ANY_BIT, 0, 1, bits),
        refuse(EPERM),
        new Instruction(RETURN, 0, 0, ALLOW));
  }

  private static List<Instruction> refuseValues(int argument, List<Long> values) {
    List<Instruction> verdict = new ArrayList<>(List.of(load(argument)));
    for (long value : values) {
      verdict.add(new Instruction(JUMP_IF_EQUAL, 0, 1, value));
      verdict.add(refuse(EPERM));
    }
    verdict.add(new Instruction(RETURN, 0, 0, ALLOW));
    return verdict;
  }

  private static List<Instruction> allowValues(List<Long> values) {
    List<Instruction> verdict = new ArrayList<>(List.of(load(FIRST_ARGUMENT)));
    for (long value : values) {
      verdict.add(new Instruction(JUMP_IF_EQUAL, 0, 1, value));
      verdict.add(new Instruction(RETURN, 0, 0, ALLOW));
    }
    verdict.add(refuse(EAFNOSUPPORT));
    return verdict;
  }

  private static Instruction load(int offset) {
    return new Instruction(LOAD, 0, 0, offset);
  }

  private static Instruction refuse(int error) {
    return new Instruction(RETURN, 0, 0, ERRNO | error);
  }

  /// Its instructions, as the kernel takes them.
  byte[] program() {
    return program.clone();
  }

  /// How many instructions it has.
  int length() {
    return program.length / SIZE_OF_INSTRUCTION;
  }
}
