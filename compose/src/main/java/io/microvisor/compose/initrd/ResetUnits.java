package io.microvisor.compose.initrd;

import io.microvisor.compose.state.FactoryReset;
import io.microvisor.compose.state.StateStore;

/// The units that forget a machine's state when they are asked to, before anything of it is used.
///
/// | unit | runs if | does |
/// |---|---|---|
/// | `emt-reset-firmware` | the EFI variable says so | notes it |
/// | `emt-reset-kernel` | the kernel command line says so | notes it, and sets the variable for the case of a power cut |
/// | `emt-reset` | asked for; nothing is to be kept | makes the file system anew |
/// | `emt-reset` | asked for; something is to be kept, the state is mounted | removes the rest |
/// | `emt-reset-anew` | asked for; something was to be kept, the state cannot be mounted | makes the file system anew |
/// | `emt-reset-failed` | one of them failed | says so |
///
/// What is done twice does no harm: the variable is deleted last. Nothing here touches the partition table.
/// systemd-repart could do part of it by itself, see decision 25.
final class ResetUnits {
  /// There if a reset is asked for.
  private static final String ASKED = "/run/emt/reset";

  /// There while what is not kept is being removed.
  private static final String UNFINISHED = StateStore.MOUNT + "/factory-reset";

  private static final int MOST_SHOWN = 8;

  private static final String FAILED = "emt-reset-failed.service";

  private static final String NOTE = "ExecStart=mkdir -p " + ASKED + "\n";

  /// Firmware's variables are protected from removal by accident.
  private static final String CLEAR =
      "ExecStart=-chattr -f -i "
          + FactoryReset.VARIABLE
          + "\nExecStart=rm -f "
          + FactoryReset.VARIABLE
          + "\n";

  private final StateUnits units;
  private final StateStore.Partition state;
  private final String mount;

  private ResetUnits(StateUnits units, StateStore.Partition state, String mount) {
    this.units = units;
    this.state = state;
    this.mount = mount;
  }

  /// Adds them.
  ///
  /// @param mount the line that mounts the state
  static void add(StateUnits units, TreeCopy copy, StateStore.Partition state, String mount) {
    copy.put(FactoryReset.REQUEST, FactoryReset.REQUEST_TEXT);
    new ResetUnits(units, state, mount).add();
  }

  private void add() {
    String before = "Before=emt-reset.service\n";
    units.wanted(
        "emt-reset-firmware",
        "Look whether the firmware asks for a factory reset",
        before + "ConditionPathExists=" + FactoryReset.VARIABLE + "\n",
        "ExecCondition=cmp -s -i %d -n %d %s /%s\n"
                .formatted(
                    FactoryReset.ATTRIBUTES,
                    FactoryReset.YES,
                    FactoryReset.VARIABLE,
                    FactoryReset.REQUEST)
            + StateUnits.LOUD
            + NOTE
            + StateUnits.say("factory reset: asked for by the EFI variable FactoryReset"));
    StringBuilder parameters = new StringBuilder();
    for (String parameter : FactoryReset.KERNEL_PARAMETERS) {
      parameters.append("ConditionKernelCommandLine=|").append(parameter).append('\n');
    }
    units.wanted(
        "emt-reset-kernel",
        "Factory reset asked for by the kernel command line",
        before
            + "After=emt-reset-firmware.service\nConditionPathExists=!"
            + ASKED
            + "\n"
            + parameters,
        StateUnits.LOUD
            + NOTE
            + StateUnits.say("factory reset: asked for by the kernel command line")
            + "ExecStart=-dd status=none if=/"
            + FactoryReset.REQUEST
            + " of="
            + FactoryReset.VARIABLE
            + "\n");
    if (state.keptAtReset().isEmpty()) {
      anew(
          "emt-reset",
          "After=emt-state-found.service\nBefore=emt-state.service\n",
          "factory reset: the state is made anew, all in it is forgotten");
    } else {
      inPlace();
      anew(
          "emt-reset-anew",
          "After=emt-reset.service\nBefore=emt-state-anew.service emt-state-damaged.service\n",
          "factory reset: the state cannot be mounted and is made anew, what was to be kept is lost");
    }
    units.notice(
        FAILED,
        "Notice of an unfinished factory reset",
        StateUnits.say("factory reset: is not finished (the next start tries again)"));
  }

  private void anew(String name, String when, String what) {
    units.wanted(
        name,
        "Factory reset",
        when
            + "Before=emt-state-memory.service\nOnFailure="
            + FAILED
            + "\nConditionPathExists="
            + ASKED
            + "\nConditionPathExists="
            + state.device()
            + "\n"
            + StateUnits.NOT_MOUNTED,
        StateUnits.LOUD
            + "TimeoutStartSec=4min\n"
            + StateUnits.say(what)
            + StateUnits.make(state)
            + mount
            + "ExecStart=sync --file-system "
            + StateStore.MOUNT
            + "\n"
            + CLEAR
            + StateUnits.say("factory reset: done"));
  }

  /// The kernel's log cuts long lines.
  private String kept() {
    int paths = state.keptAtReset().size();
    return paths > MOST_SHOWN ? paths + " paths" : String.join(" ", state.keptAtReset());
  }

  /// Removes what is not kept, and only that, so that it can be interrupted at any time. A mark on the state says that it
  /// has begun.
  private void inPlace() {
    StringBuilder spared = new StringBuilder();
    for (String path : state.keptAtReset()) {
      String place = StateStore.place(path);
      spared.append(" ! -path ").append(place).append(" ! -path ").append(place).append("/*");
    }
    String find = "find " + StateStore.MOUNT + " -mindepth 1 -depth ";
    String sync = "ExecStart=sync --file-system " + StateStore.MOUNT + "\n";
    units.wanted(
        "emt-reset",
        "Factory reset",
        // Later targets ask once more for what failed; by then there may be a new /var.
        "After=emt-state.service\nBefore=emt-state-anew.service emt-state-damaged.service\n"
            + "Before=emt-state-memory.service\nOnFailure="
            + FAILED
            + "\nConditionPathExists=|"
            + ASKED
            + "\nConditionPathExists=|"
            + UNFINISHED
            + "\nConditionPathExists="
            + state.device()
            + "\nConditionPathIsMountPoint="
            + StateStore.MOUNT
            + "\nConditionPathIsMountPoint=!/sysroot/var\n",
        StateUnits.LOUD
            + "TimeoutStartSec=infinity\n"
            + StateUnits.say("factory reset: the state is emptied, but for " + kept())
            + "ExecStart=mkdir -p "
            + UNFINISHED
            + "\n"
            + sync
            + "ExecStart=-find "
            + StateStore.MOUNT
            + " -mindepth 1 -type f,d"
            + spared
            + " -exec chattr -f -ia {} +\n"
            + "ExecStart="
            + find
            + "! -type d"
            + spared
            + " -delete\n"
            + "ExecStart="
            + find
            + "-type d -empty ! -path "
            + UNFINISHED
            + " ! -path "
            + StateStore.MOUNT
            + "/lost+found"
            + spared
            + " -delete\n"
            + sync
            + CLEAR
            + "ExecStart=rm -r "
            + UNFINISHED
            + "\n"
            + StateUnits.say("factory reset: done"));
  }
}
