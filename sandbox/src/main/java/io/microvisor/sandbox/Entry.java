package io.microvisor.sandbox;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/// The last program of ours before a command: it leaves the host's root for the one it is started in, forgets
/// capabilities and open files, puts a [SeccompFilter] over itself, and becomes the command.
final class Entry {
  private static final long MNT_DETACH = 2;
  private static final long PR_CAPBSET_DROP = 24;
  private static final long PR_SET_NO_NEW_PRIVS = 38;
  private static final long PR_CAP_AMBIENT = 47;
  private static final long PR_CAP_AMBIENT_CLEAR_ALL = 4;
  private static final long SECCOMP_SET_MODE_FILTER = 1;
  private static final long FIRST_OTHER_FILE = 3;
  private static final long LAST_FILE = 0xffff_ffffL;

  /// The last capability that every kernel we run on knows: CAP_AUDIT_READ (linux/capability.h).
  private static final int LAST_CERTAIN = 37;

  private static final int LAST = 63;

  /// What root needs to own, write and run the files of a tree: CAP_CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER, FSETID,
  /// KILL, SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, SYS_CHROOT, AUDIT_WRITE, SETFCAP.
  private static final Set<Integer> KEPT_BY_SCRIPTS =
      Set.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 18, 29, 31);

  /// CAP_SYS_MODULE, SYS_RAWIO, SYS_PTRACE, SYS_ADMIN, SYS_BOOT, SYS_TIME, MKNOD, SYSLOG, PERFMON, BPF,
  /// CHECKPOINT_RESTORE.
  private static final Set<Integer> TAKEN_FROM_TOOLS =
      Set.of(16, 17, 19, 21, 22, 25, 27, 34, 38, 39, 40);

  /// What root needs to open the files of all, and to become somebody else: CAP_DAC_OVERRIDE, SETGID, SETUID.
  private static final Set<Integer> KEPT_FOR_OPENING = Set.of(1, 6, 7);

  /// Whether a command keeps the terminal it is started from.
  enum Session {
    /// No terminal: nothing can be typed into that of the user, and no Ctrl-C reaches the command.
    OWN,
    /// That of the user.
    TERMINAL
  }

  private Entry() {}

  /// The entry of a script, in base 64.
  static String ofScript(List<String> command, SortedMap<String, String> environment, Session to) {
    CallProgram program = inside("sandbox");
    for (int capability = 0; capability <= LAST; capability++) {
      if (!KEPT_BY_SCRIPTS.contains(capability)) {
        drop(program, capability);
      }
    }
    return text(finish(program, to, SeccompFilter.forScripts()), command, environment);
  }

  /// The entry of a tool, in base 64.
  ///
  /// @param root whether the tool is root of this machine, too
  static String ofTool(
      List<String> command,
      SortedMap<String, String> environment,
      Session to,
      ToolSpec.Privileges privileges,
      boolean root) {
    CallProgram program = inside("tool");
    for (int capability = 0; capability <= LAST; capability++) {
      boolean kept =
          switch (privileges) {
            case ROOT -> !TAKEN_FROM_TOOLS.contains(capability);
            case OPENING -> root && KEPT_FOR_OPENING.contains(capability);
          };
      if (!kept) {
        drop(program, capability);
      }
    }
    switch (privileges) {
      case ROOT -> {}
      case OPENING ->
          program.must("gain no rights", SystemCall.PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    }
    return text(finish(program, to, SeccompFilter.forTools()), command, environment);
  }

  /// With the root for both arguments, the old root comes to lie over the new one, and is taken off (pivot_root(2)).
  private static CallProgram inside(String hostName) {
    return new CallProgram()
        .must("name the host", SystemCall.SETHOSTNAME, hostName, hostName.length())
        .must("leave the host's root (pivot_root)", SystemCall.PIVOT_ROOT, ".", ".")
        .must("let the host's root go", SystemCall.UMOUNT2, ".", MNT_DETACH)
        .must("go to the root", SystemCall.CHDIR, "/");
  }

  private static void drop(CallProgram program, int capability) {
    if (capability <= LAST_CERTAIN) {
      program.must("drop capabilities", SystemCall.PRCTL, PR_CAPBSET_DROP, capability, 0, 0, 0);
    } else {
      program.may(SystemCall.PRCTL, PR_CAPBSET_DROP, capability, 0, 0, 0);
    }
  }

  private static CallProgram finish(CallProgram program, Session session, SeccompFilter filter) {
    if (session == Session.OWN) {
      program.may(SystemCall.SETSID); // Refused to the leader of a session, who needs no other.
    }
    return program
        .must(
            "close open files (close_range)",
            SystemCall.CLOSE_RANGE,
            FIRST_OTHER_FILE,
            LAST_FILE,
            0)
        .must(
            "drop capabilities",
            SystemCall.PRCTL,
            PR_CAP_AMBIENT,
            PR_CAP_AMBIENT_CLEAR_ALL,
            0,
            0,
            0)
        .must(
            "filter system calls (seccomp)",
            SystemCall.SECCOMP,
            SECCOMP_SET_MODE_FILTER,
            0,
            filter);
  }

  private static String text(
      CallProgram program, List<String> command, SortedMap<String, String> environment) {
    String name = command.get(0);
    byte[] bytes = program.toBytes(places(name, environment.getOrDefault("PATH", "")), name);
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static List<String> places(String name, String path) {
    if (name.contains("/")) {
      return List.of(name);
    }
    List<String> places = new ArrayList<>();
    for (String folder : path.split(":", -1)) {
      if (folder.startsWith("/")) {
        places.add(folder + "/" + name);
      }
    }
    return places;
  }
}
