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

  private static final String FAILED = "emt-reset-failed";
  private static final String NOTE = "mkdir -p " + ASKED;
  private static final String DONE = "factory reset: done";
  private static final String SYNC = "sync --file-system " + StateStore.MOUNT;

  private final StateUnits units;
  private final StateStore.Partition state;

  private ResetUnits(StateUnits units, StateStore.Partition state) {
    this.units = units;
    this.state = state;
  }

  /// Adds them.
  static void add(StateUnits units, TreeCopy copy, StateStore.Partition state) {
    copy.put(FactoryReset.REQUEST, FactoryReset.REQUEST_TEXT);
    new ResetUnits(units, state).add();
  }

  private void add() {
    units.wanted(
        "emt-reset-firmware",
        UnitFile.beforeTheRoot("Look whether the firmware asks for a factory reset")
            .before("emt-reset.service")
            .ifThere(FactoryReset.VARIABLE)
            .service(
                "ExecCondition",
                "cmp -s -i %d -n %d %s /%s"
                    .formatted(
                        FactoryReset.ATTRIBUTES,
                        FactoryReset.YES,
                        FactoryReset.VARIABLE,
                        FactoryReset.REQUEST))
            .loud()
            .run(NOTE)
            .say("factory reset: asked for by the EFI variable FactoryReset"));
    UnitFile byKernel =
        UnitFile.beforeTheRoot("Factory reset asked for by the kernel command line")
            .before("emt-reset.service")
            .after("emt-reset-firmware.service")
            .unlessThere(ASKED);
    for (String parameter : FactoryReset.KERNEL_PARAMETERS) {
      byKernel.unit("ConditionKernelCommandLine", "|" + parameter);
    }
    units.wanted(
        "emt-reset-kernel",
        byKernel
            .loud()
            .run(NOTE)
            .say("factory reset: asked for by the kernel command line")
            .tryRun("dd status=none if=/" + FactoryReset.REQUEST + " of=" + FactoryReset.VARIABLE));
    if (state.keptAtReset().isEmpty()) {
      units.wanted(
          "emt-reset",
          anew(
              UnitFile.beforeTheRoot("Factory reset")
                  .after("emt-state-found.service")
                  .before("emt-state.service"),
              "factory reset: the state is made anew, all in it is forgotten"));
    } else {
      inPlace();
      units.wanted(
          "emt-reset-anew",
          anew(
              UnitFile.beforeTheRoot("Factory reset")
                  .after("emt-reset.service")
                  .before("emt-state-anew.service", "emt-state-damaged.service"),
              "factory reset: the state cannot be mounted and is made anew, what was to be kept is lost"));
    }
    units.notice(
        FAILED,
        UnitFile.onFailure("Notice of an unfinished factory reset")
            .loud()
            .say("factory reset: is not finished (the next start tries again)"));
  }

  private UnitFile anew(UnitFile unit, String what) {
    return cleared(
            unit.before("emt-state-memory.service")
                .unit("OnFailure", FAILED + ".service")
                .ifThere(ASKED)
                .ifThere(state.device())
                .unlessMounted(StateStore.MOUNT)
                .loud()
                .service("TimeoutStartSec", "4min")
                .say(what)
                .run(StateUnits.make(state))
                .run(StateUnits.mount(state))
                .run(SYNC))
        .say(DONE);
  }

  /// Firmware's variables are protected from removal by accident.
  private static UnitFile cleared(UnitFile unit) {
    return unit.tryRun("chattr -f -i " + FactoryReset.VARIABLE)
        .run("rm -f " + FactoryReset.VARIABLE);
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
    UnitFile unit =
        UnitFile.beforeTheRoot("Factory reset")
            // Later targets ask once more for what failed; by then there may be a new /var.
            .after("emt-state.service")
            .before("emt-state-anew.service", "emt-state-damaged.service")
            .before("emt-state-memory.service")
            .unit("OnFailure", FAILED + ".service")
            .unit("ConditionPathExists", "|" + ASKED)
            .unit("ConditionPathExists", "|" + UNFINISHED)
            .ifThere(state.device())
            .unit("ConditionPathIsMountPoint", StateStore.MOUNT)
            .unlessMounted("/sysroot/var")
            .loud()
            .service("TimeoutStartSec", "infinity")
            .say("factory reset: the state is emptied, but for " + kept())
            .run("mkdir -p " + UNFINISHED)
            .run(SYNC)
            .tryRun(
                "find "
                    + StateStore.MOUNT
                    + " -mindepth 1 -type f,d"
                    + spared
                    + " -exec chattr -f -ia {} +")
            .run(find + "! -type d" + spared + " -delete")
            .run(
                find
                    + "-type d -empty ! -path "
                    + UNFINISHED
                    + " ! -path "
                    + StateStore.MOUNT
                    + "/lost+found"
                    + spared
                    + " -delete")
            .run(SYNC);
    units.wanted("emt-reset", cleared(unit).run("rm -r " + UNFINISHED).say(DONE));
  }
}
