package io.microvisor.compose.rootfs;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.Network;
import io.microvisor.compose.template.SystemConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What the template says of the network, in the files of those who read it; and whether anybody does.
final class NetworkRoot {
  private static final String RESOLV_CONF = "etc/resolv.conf";
  private static final String STUB = "../run/systemd/resolve/stub-resolv.conf";

  private NetworkRoot() {}

  /// Writes the files of systemd-networkd, which the template's own files may replace.
  static void configure(RootEditor root, Network network) {
    network.files().forEach((path, text) -> root.write(path, 0644, text));
  }

  /// Says who answers questions for names, once it is known which units start: systemd-resolved, or else the servers that
  /// the template names. A file of the template's own stays.
  ///
  /// @return a problem where interfaces are described and nobody reads that
  static List<Problem> settle(RootEditor root, SystemConfig system) {
    Set<String> started = StartedUnits.of(root);
    boolean own = system.files().stream().anyMatch(file -> file.path().equals("/" + RESOLV_CONF));
    if (!own) {
      resolve(root, system.network(), started);
    }
    List<Problem> problems = new ArrayList<>();
    for (Network.Interface each : system.network().interfaces()) {
      if (problems.isEmpty()
          && !started.contains("systemd-networkd.service")
          && !started.contains("systemd-networkd.socket")) {
        problems.add(
            Problem.of(
                Code.CONTRADICTION,
                each.place(),
                "interfaces: systemd-networkd, which configures them, does not start (expected:"
                    + " systemd-networkd.service among services.enable)"));
      }
    }
    return problems;
  }

  private static void resolve(RootEditor root, Network network, Set<String> started) {
    List<String> servers =
        network.interfaces().stream()
            .flatMap(each -> each.nameservers().stream())
            .distinct()
            .toList();
    if (started.contains("systemd-resolved.service") || servers.isEmpty()) {
      if (root.exists("usr/lib/systemd/systemd-resolved")) {
        root.symlink(RESOLV_CONF, STUB);
      }
    } else {
      StringBuilder text = new StringBuilder();
      servers.forEach(server -> text.append("nameserver ").append(server).append('\n'));
      root.write(RESOLV_CONF, 0644, text.toString());
    }
  }
}
