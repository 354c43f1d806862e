package io.microvisor.cli.host;

import io.microvisor.cli.lock.MirrorOption;
import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Json;
import io.microvisor.cli.terminal.JsonOption;
import io.microvisor.cli.terminal.Terminal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `emt doctor`.
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    header = "Checks whether this machine can build and run images.",
    description = "Each line is ok, warn or MISSING; whatever is not ok has the fix below it.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  emt doctor",
      "  emt doctor --online               ask the Debian mirror too",
      "  emt doctor --online --mirror http://mirror.example/debian"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:a build would work", "4:something that it needs is missing"})
public final class DoctorCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private MirrorOption mirror = new MirrorOption();
  @Mixin private JsonOption json = new JsonOption();

  @Option(names = "--online", description = "Ask the Debian mirror whether it answers.")
  private boolean online;

  /// A command of this world.
  public DoctorCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException, FailureException {
    List<Finding> findings = new ArrayList<>(new HostCheck(terminal).run());
    ArchiveCheck archives = new ArchiveCheck(terminal, mirror);
    List<Finding> configured = archives.configured();
    findings.addAll(configured);
    if (online && configured.stream().noneMatch(DoctorCommand::isMissing)) {
      findings.addAll(archives.reachable());
    }
    boolean fit = findings.stream().noneMatch(DoctorCommand::isMissing);
    if (json.wanted()) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("fit", fit);
      answer.put("findings", findings.stream().map(DoctorCommand::json).toList());
      terminal.out().println(Json.of(answer));
    } else {
      findings.forEach(this::show);
    }
    return (fit ? ExitCode.OK : ExitCode.ENVIRONMENT).value();
  }

  private static boolean isMissing(Finding finding) {
    return finding.state() == Finding.State.MISSING;
  }

  private void show(Finding finding) {
    terminal
        .out()
        .println(
            "%-7s  %-18s  %s".formatted(finding.state().word(), finding.subject(), finding.what()));
    if (!finding.fix().isEmpty()) {
      terminal.out().println(" ".repeat(29) + "fix: " + finding.fix());
    }
  }

  private static Map<String, Object> json(Finding finding) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("subject", finding.subject());
    one.put("state", finding.state().word());
    one.put("what", finding.what());
    one.put("fix", finding.fix());
    return one;
  }
}
