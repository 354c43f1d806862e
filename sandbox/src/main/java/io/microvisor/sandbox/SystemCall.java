package io.microvisor.sandbox;

/// System calls of Linux that we make, refuse, or try out, with their numbers (arch/x86/entry/syscalls of the kernel).
///
/// @see #number64
enum SystemCall {
  ACCT(163, 51),
  ADD_KEY(248, 286),
  BPF(321, 357),
  CHDIR(80, 12),
  CHROOT(161, 61),
  CLOCK_SETTIME(227, 264),
  CLOCK_SETTIME64(Absent.NONE, 404),
  CLONE(56, 120),
  CLONE3(435, 435),
  CLOSE_RANGE(436, 436),
  DELETE_MODULE(176, 129),
  EXECVE(59, 11),
  EXIT_GROUP(231, 252),
  FANOTIFY_INIT(300, 338),
  FDATASYNC(75, 148),
  FINIT_MODULE(313, 350),
  FSCONFIG(431, 431),
  FSMOUNT(432, 432),
  FSOPEN(430, 430),
  FSPICK(433, 433),
  FSYNC(74, 118),
  INIT_MODULE(175, 128),
  IOCTL(16, 54),
  IOPERM(173, 101),
  IOPL(172, 110),
  IO_URING_ENTER(426, 426),
  IO_URING_REGISTER(427, 427),
  IO_URING_SETUP(425, 425),
  KCMP(312, 349),
  KEXEC_FILE_LOAD(320, Absent.NONE),
  KEXEC_LOAD(246, 283),
  KEYCTL(250, 288),
  MEMFD_CREATE(319, 356),
  MEMFD_SECRET(447, 447),
  MOUNT(165, 21),
  MOUNT_SETATTR(442, 442),
  MOVE_MOUNT(429, 429),
  OPEN_BY_HANDLE_AT(304, 342),
  OPEN_TREE(428, 428),
  OPEN_TREE_ATTR(467, 467),
  PERF_EVENT_OPEN(298, 336),
  PIDFD_GETFD(438, 438),
  PIVOT_ROOT(155, 217),
  PRCTL(157, 172),
  PROCESS_MADVISE(440, 440),
  PROCESS_VM_READV(310, 347),
  PROCESS_VM_WRITEV(311, 348),
  PTRACE(101, 26),
  QUOTACTL(179, 131),
  QUOTACTL_FD(443, 443),
  REBOOT(169, 88),
  REQUEST_KEY(249, 287),
  SECCOMP(317, 354),
  SETDOMAINNAME(171, 121),
  SETHOSTNAME(170, 74),
  SETNS(308, 346),
  SETSID(112, 66),
  SETTIMEOFDAY(164, 79),
  SOCKET(41, 359),
  SOCKETCALL(Absent.NONE, 102),
  SOCKETPAIR(53, 360),
  STIME(Absent.NONE, 25),
  SWAPOFF(168, 115),
  SWAPON(167, 87),
  SYNC(162, 36),
  SYNCFS(306, 344),
  SYNC_FILE_RANGE(277, 314),
  SYSLOG(103, 103),
  UMOUNT(Absent.NONE, 22),
  UMOUNT2(166, 52),
  UNSHARE(272, 310),
  USERFAULTFD(323, 374),
  VHANGUP(153, 111),
  VM86(Absent.NONE, 166),
  VM86OLD(Absent.NONE, 113),
  WRITE(1, 4);

  /// A number that no system call has, for those that one of the two kinds of programs cannot make.
  private static final class Absent {
    static final int NONE = 0xffff;
  }

  private final int number64;
  private final int number32;

  SystemCall(int number64, int number32) {
    this.number64 = number64;
    this.number32 = number32;
  }

  /// The number in 64-bit programs.
  int number64() {
    return number64;
  }

  /// The number in 32-bit programs, which the same kernel runs.
  int number32() {
    return number32;
  }

  /// Whether 64-bit programs can make it.
  boolean in64() {
    return number64 != Absent.NONE;
  }

  /// Whether 32-bit programs can make it.
  boolean in32() {
    return number32 != Absent.NONE;
  }
}
