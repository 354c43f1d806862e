package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// What follows from a template without being named in it, seen in one machine: a unit enabled by a preset, a user made for
/// it, a trusted certificate, a place to mount something, and numbers for containers.
class TemplateBootTest {
  private static final String TEMPLATE =
      """
      extends: minimal
      image: {name: app, version: "1.0"}
      systemConfig:
        packages: [ca-certificates, podman, uidmap]
        users:
          - {name: someone}
        additionalFiles:
          - {final: /etc/fstab, content: "tmpfs /data tmpfs size=1M 0 0\\n"}
          - {final: /etc/systemd/system-preset/10-app.preset, content: "enable app.service\\n"}
          - {final: /usr/lib/sysusers.d/app.conf, content: "u app - \\"Of the template\\"\\n"}
          - {final: /usr/local/share/ca-certificates/app.crt, local: app.crt}
          - final: /etc/systemd/system/app.service
            content: |
              [Service]
              Type=oneshot
              RemainAfterExit=yes
              User=app
              RuntimeDirectory=app
              ExecStart=/bin/sh -c 'id -un >/run/app/who'
              [Install]
              WantedBy=multi-user.target
      """;

  @RegisterExtension private static final LabOfClass LAB = new LabOfClass();

  @Test
  void whatFollowsFromATemplateIsThere(@TempDir Path folder)
      throws IOException, InterruptedException {
    String certificate = makeCertificate(folder.resolve("app.crt"));
    Files.writeString(folder.resolve("app.yaml"), TEMPLATE);
    Emt.Ending built = Emt.in(folder).run("build", "app.yaml");
    assertThat(built.exit()).as(built.said()).isZero();

    try (Loopback host = Loopback.open();
        Guest guest =
            LAB.get()
                .bootRestricted(
                    folder.resolve("build/app/app-1.0.raw"), folder.resolve("machine"))) {
      SoftAssertions softly = new SoftAssertions();
      softly.assertThat(guest.said(host.call())).as("the host's loopback").isEmpty();
      softly
          .assertThat(guest.said("systemctl is-system-running --wait; systemctl --failed --plain"))
          .startsWith("running");
      softly.assertThat(guest.said("cat /run/app/who")).as("preset and sysusers").isEqualTo("app");
      softly.assertThat(guest.said("findmnt -no FSTYPE /data")).as("mount").isEqualTo("tmpfs");
      softly
          .assertThat(guest.said("tr -d '\\r\\n' </etc/ssl/certs/ca-certificates.crt"))
          .as("trigger of ca-certificates")
          .contains(certificate);
      softly
          .assertThat(guest.said(container()))
          .as("rootless container")
          .endsWith(TinyContainer.SAYS.strip());
      softly.assertAll();
    }
  }

  /// What a person types who has logged in as that user.
  private static String container() throws IOException {
    return "echo "
        + Base64.getEncoder().encodeToString(TinyContainer.archive())
        + " | base64 -d >/tmp/tiny.tar"
        + " && runuser -l someone -c 'podman load -q -i /tmp/tiny.tar && podman run --rm --network none "
        + TinyContainer.NAME
        + "' 2>/dev/null";
  }

  /// A certificate that signs itself, as a company's own authority has one.
  ///
  /// @return its bytes in base64, on one line
  private static String makeCertificate(Path file) throws IOException, InterruptedException {
    Path keys = file.resolveSibling("keys");
    keytool(
        "-genkeypair -alias a -keyalg EC -dname CN=Example -storepass secret -ext bc:c -keystore",
        keys);
    keytool("-exportcert -rfc -alias a -storepass secret -file " + file + " -keystore", keys);
    return Files.readString(file).replaceAll("-----[A-Z ]+-----|\\s", "");
  }

  private static void keytool(String arguments, Path keys)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments.split(" ")));
    command.add(keys.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
