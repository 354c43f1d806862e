package io.microvisor.compose.schema;

import static io.microvisor.compose.schema.Key.emt;
import static io.microvisor.compose.schema.Key.ict;
import static io.microvisor.compose.schema.TemplateKeys.block;
import static io.microvisor.compose.schema.TemplateKeys.choice;
import static io.microvisor.compose.schema.TemplateKeys.items;
import static io.microvisor.compose.schema.TemplateKeys.line;
import static io.microvisor.compose.schema.TemplateKeys.lines;
import static io.microvisor.compose.schema.TemplateKeys.options;
import static io.microvisor.compose.schema.TemplateKeys.text;

import io.microvisor.compose.schema.Key.Merge;
import io.microvisor.compose.schema.Shape.Block;
import io.microvisor.compose.schema.Shape.Choice;
import io.microvisor.compose.schema.Shape.Flag;
import io.microvisor.compose.schema.Shape.Named;
import io.microvisor.compose.schema.Shape.Option;
import io.microvisor.compose.schema.Shape.Whole;
import java.util.List;

/// The part of the table of keys below `systemConfig`.
final class SystemKeys {
  static final Key SYSTEM =
      ict(
              "systemConfig",
              block(
                  ict("name", line(), "A name for this configuration.").note(),
                  ict("description", text(Syntax.TEXT), "What it is for.").note(),
                  ict("hostname", text(Syntax.HOSTNAME), "The machine's name.")
                      .otherwise("localhost"),
                  ict(
                          "packages",
                          items(text(Syntax.PACKAGE)),
                          "Packages to install: a name, a pattern (`systemd-*`), `name=version` to pin"
                              + " one, or `-name` to do without an inherited one.")
                      .merged(Merge.UNION),
                  emt(
                          "recommends",
                          new Flag(),
                          "Whether the packages that these recommend are installed as well.")
                      .otherwise("false"),
                  emt(
                          "suggests",
                          new Flag(),
                          "Whether the packages that these suggest are installed as well; seldom wise.")
                      .otherwise("false"),
                  emt(
                          "debconf",
                          items(text(Syntax.DEBCONF)),
                          "Answers to the questions packages ask when they are configured, a line each"
                              + " as debconf-set-selections(1) takes it: package, question, type,"
                              + " answer. Of two for one question the later counts. Not for secrets:"
                              + " they would lie in the template.")
                      .merged(Merge.APPEND),
                  ict(
                          "users",
                          items(user()),
                          "People and services that log in. Of a user that a package makes, only what"
                              + " is stated changes.")
                      .merged(Merge.BY_NAME),
                  emt(
                          "groups",
                          items(
                              block(
                                  emt("name", text(Syntax.USER), "The group's name.").must(),
                                  emt(
                                      "gid",
                                      new Whole(1, 60_000),
                                      "Its number; a new group's else the next free."))),
                          "Groups to create.")
                      .merged(Merge.BY_NAME),
                  services(),
                  ict(
                          "additionalFiles",
                          items(file()),
                          "Files to add, or to put in place of files and links there. Links above them"
                              + " are followed. A folder is never replaced.")
                      .merged(Merge.BY_FINAL),
                  emt(
                          "additionalFolders",
                          items(folder()),
                          "Folders to make, or to give another owner or mode.")
                      .merged(Merge.BY_PATH),
                  ict(
                          "configurations",
                          items(block(ict("cmd", text(Syntax.TEXT), "The command.").must())),
                          "Shell commands to run in the finished system.")
                      .merged(Merge.APPEND)
                      .notBuilt(),
                  kernel(),
                  network(),
                  ict(
                      "bootloader",
                      block(
                          ict("bootType", options("efi", "legacy"), "The firmware.")
                              .otherwise("efi"),
                          ict("provider", options("systemd-boot", "grub grub2"), "The loader.")
                              .otherwise("systemd-boot"),
                          ict(
                                  "bootEntryPolicy",
                                  choice("preserve exclusive"),
                                  "What happens to the firmware's other entries.")
                              .notBuilt()),
                      "How the machine starts."),
                  immutability(),
                  emt(
                      "security",
                      block(
                          emt(
                                  "verity",
                                  options("true", "false"),
                                  "Whether each read of the root is checked against the root hash in the"
                                      + " kernel image. A mismatch restarts the machine.")
                              .otherwise("true"),
                          emt(
                                  "secureBoot",
                                  options("false", "true"),
                                  "Whether boot files are signed.")
                              .otherwise("false"),
                          emt(
                                  "encryption",
                                  options("none", "tpm2 passphrase"),
                                  "The state's encryption.")
                              .otherwise("none"),
                          emt("selinux", options("disabled", "permissive enforcing"), "SELinux.")
                              .otherwise("disabled")),
                      "Protections, each on its own."),
                  persistence(),
                  emt(
                      "locales",
                      items(text(Syntax.LOCALE)),
                      "The translations to keep: of a locale (`de_DE.UTF-8`), which must be in the image, of a"
                          + " language in a region (`pt_BR`) or in all of them (`de`), or `all`. English"
                          + " needs none. Without this key, none are kept."),
                  emt(
                          "documentation",
                          choice("drop keep"),
                          "Whether manuals and documents stay. Copyright files always do.")
                      .otherwise("drop"),
                  emt(
                          "packageDatabase",
                          choice("keep drop"),
                          "Whether the package manager's records stay, for scanners and auditors.")
                      .otherwise("keep"),
                  foreign(
                      "initramfs", block(ict("template", line(), "Its template.")), "The initrd."),
                  foreign("fde", fde(), "Full disk encryption. Ours: `security.encryption`."),
                  foreign("dkms", dkms(), "Kernel modules built from source. Ours: `kernel.dkms`."),
                  foreign(
                      "proxy",
                      block(
                          ict("httpProxy", line(), "For http."),
                          ict("httpsProxy", line(), "For https."),
                          ict("ftpProxy", line(), "For ftp."),
                          ict("noProxy", line(), "Not for these.")),
                      "The proxy of the running system."),
                  ict("provisioning", provisioning(), "What the machine is told from outside."),
                  ict("cloudInit", cloudInit(), "Configuration by cloud-init."),
                  foreign(
                      "aptPolicy",
                      block(ict("upgradeAllowedRepos", lines(), "Repositories to upgrade from.")),
                      "Policy of apt in the running system.")),
              "The system inside the image.")
          .must();

  private SystemKeys() {}

  private static Key foreign(String name, Block block, String description) {
    return ict(name, block, description).notBuilt();
  }

  private static Block user() {
    return block(
        ict("name", text(Syntax.USER), "The login name.").must(),
        emt(
            "uid",
            new Whole(0, 60_000),
            "The user's number; a new user's else the next from 1000 that nobody has or states."),
        ict(
            "password",
            text(Syntax.CRYPT),
            "The password's hash, as `openssl passwd -6` prints it. Without it nobody logs in by"
                + " password as a new user."),
        ict("hash_algo", line(), "The hash for a password given in clear.").notBuilt(),
        ict("passwordMaxAge", new Whole(0, 99_999), "Days until it must be changed.").notBuilt(),
        ict("startupScript", line(), "A program in place of the shell.").notBuilt(),
        ict("groups", items(text(Syntax.USER)), "Further groups.").merged(Merge.UNION),
        ict("sudo", new Flag(), "Whether the user may do everything, without a password.")
            .otherwise("false"),
        ict(
            "home",
            text(Syntax.ABSOLUTE_PATH),
            "The home folder; a new user's else /home/ and the name, with what is in /etc/skel. Folders"
                + " that additionalFiles make below it belong to its user."),
        ict("shell", text(Syntax.ABSOLUTE_PATH), "The shell; a new user's else /bin/bash."),
        ict("sshAuthorizedKeys", items(text(Syntax.SSH_KEY)), "Public keys that may log in."),
        ict(
            "sshAuthorizedKeysFiles",
            items(text(Syntax.LOCAL_PATH)),
            "Files of such keys, in the template's folder."));
  }

  private static Block file() {
    return block(
        ict("local", text(Syntax.LOCAL_PATH), "The file to copy, in the template's folder."),
        emt("content", text(Syntax.TEXT), "The contents themselves, in place of `local`."),
        ict("final", text(Syntax.ABSOLUTE_PATH), "Where it goes in the image.").must(),
        ict(
                "stage",
                new Choice(
                    List.of(
                        new Option("", Status.BUILT),
                        new Option("pre-initramfs", Status.NOT_BUILT))),
                "When it is copied.")
            .otherwise("\"\""),
        emt(
            "mode",
            text(Syntax.MODE),
            "Its permissions; else 0755 for a local file that is executable, and 0644."),
        emt("owner", text(Syntax.OWNER), "Who owns it.").otherwise("root:root"));
  }

  private static Block folder() {
    return block(
        emt("path", text(Syntax.ABSOLUTE_PATH), "Where it is in the image.").must(),
        emt("mode", text(Syntax.MODE), "Its permissions; else as they are, 0755 in a new folder."),
        emt("owner", text(Syntax.OWNER), "Who owns it; else as it is, root in a new folder."));
  }

  private static Key services() {
    return emt(
        "services",
        block(
            emt(
                    "enable",
                    items(text(Syntax.UNIT)),
                    "Units to start at boot, with what their Also= names, as systemctl enable does.")
                .merged(Merge.UNION),
            emt(
                    "disable",
                    items(text(Syntax.UNIT)),
                    "Units not to start at boot, with what their Also= names unless `enable` names it.")
                .merged(Merge.UNION),
            emt("mask", items(text(Syntax.UNIT)), "Units that nothing may start.")
                .merged(Merge.UNION),
            emt(
                "units",
                new Named(Syntax.UNIT_FILE, text(Syntax.TEXT)),
                "Unit files, name by name. One with an [Install] section is enabled unless"
                    + " `disable` names it.")),
        "The services of the system.");
  }

  private static Key kernel() {
    return ict(
            "kernel",
            block(
                ict("name", line(), "A name for the kernel.").note(),
                ict(
                    "version",
                    line(),
                    "What the kernel's release (`uname -r`) is, or begins with: `6.12`. A package's"
                        + " version is pinned with `packages: [name=version]`."),
                ict(
                        "packages",
                        items(text(Syntax.PACKAGE)),
                        "The kernel's packages. When the image's packages bring several kernels, the one"
                            + " that these bring boots, and the others' modules stay out.")
                    .must(),
                ict("cmdline", text(Syntax.KERNEL_PARAMETERS), "The kernel command line.")
                    .otherwise("\"\""),
                emt(
                        "parameters",
                        items(text(Syntax.KERNEL_PARAMETER)),
                        "Kernel parameters one by one, put after `cmdline`.")
                    .merged(Merge.UNION),
                emt(
                    "modules",
                    block(
                        emt(
                                "profile",
                                choice("all edge virtual"),
                                "Which modules stay: all of them; `edge` leaves out sound, media, ham"
                                    + " radio, ISDN and the like; `virtual` keeps what virtual machines"
                                    + " need. What a kept module depends on always stays.")
                            .otherwise("all"),
                        emt("include", items(text(Syntax.MODULE)), "Modules to keep all the same.")
                            .merged(Merge.UNION),
                        emt("exclude", items(text(Syntax.MODULE)), "Further modules to leave out.")
                            .merged(Merge.UNION)),
                    "The modules that go into the image."),
                ict(
                    "enableExtraModules",
                    line(),
                    "Further modules for the initrd, by name, with spaces between: `i915 e1000e`."),
                emt(
                        "dkms",
                        items(text(Syntax.PACKAGE)),
                        "Packages with the sources of kernel modules (`*-dkms`). The modules are built"
                            + " against the kernel's headers in a root of their own, and only they go into"
                            + " the image. Headers are found by the kernel's name; where they or a compiler"
                            + " have others, name them here, too.")
                    .merged(Merge.UNION),
                ict(
                        "uki",
                        options("true", "false"),
                        "Whether kernel and initrd are one EFI program.")
                    .otherwise("true")),
            "The kernel.")
        .must();
  }

  private static Key persistence() {
    return emt(
        "persistence",
        block(
            emt(
                    "state",
                    choice("none ext4"),
                    "The partition that keeps /var, /home, /root and `paths`. The first boot makes it on"
                        + " what is left of the disk. With `none`, they live in memory.")
                .otherwise("none"),
            emt(
                    "damaged",
                    choice("degrade recreate rescue"),
                    "What happens to state that a file system check cannot repair: the machine runs with"
                        + " its state in memory and leaves the partition alone; the partition is made"
                        + " anew, empty; the machine stops in rescue mode.")
                .otherwise("degrade"),
            emt(
                    "paths",
                    items(
                        block(
                            emt(
                                    "path",
                                    text(Syntax.KEPT_PATH),
                                    "Below /etc a file or a folder, elsewhere a folder.")
                                .must(),
                            emt(
                                    "seed",
                                    choice("image none"),
                                    "What is there at first: what the image has, which must be"
                                        + " something and follows the image until the machine changes"
                                        + " it; or nothing.")
                                .otherwise("image"),
                            emt("owner", text(Syntax.OWNER), "Who owns it; else as it is."),
                            emt("mode", text(Syntax.MODE), "Its permissions; else as they are."))),
                    "What else keeps its changes. /etc/machine-id and the ssh host key always do.")
                .merged(Merge.BY_PATH),
            emt(
                "layoutEnv",
                text(Syntax.LOCAL_PATH),
                "In place of /var, /etc and `paths`: a layout.env of Edge Microvisor Toolkit, which says"
                    + " what is written to memory and what is kept on a partition called"
                    + " edge_persistent."),
            emt(
                "factoryReset",
                block(
                    emt(
                            "keep",
                            items(text(Syntax.KEPT_PATH)),
                            "What it leaves alone: some of `paths`, /etc/machine-id,"
                                + " /etc/ssh/ssh_host_ed25519_key and its .pub.")
                        .merged(Merge.UNION)),
                "What a factory reset does: it forgets what the machine keeps.")),
        "What outlives a restart.");
  }

  private static Key network() {
    return ict(
        "network",
        block(
            ict("backend", options("systemd-networkd", "netplan"), "Who configures it.")
                .otherwise("systemd-networkd"),
            ict(
                "interfaces",
                items(
                    block(
                        ict("name", text(Syntax.INTERFACE), "The interface, or a pattern: `e*`.")
                            .must(),
                        ict("dhcp4", new Flag(), "Whether it asks for an IPv4 address.")
                            .otherwise("false"),
                        ict("dhcp6", new Flag(), "Whether it asks for an IPv6 address.")
                            .otherwise("false"),
                        ict("addresses", items(text(Syntax.ADDRESS)), "Fixed addresses."),
                        ict(
                            "routes",
                            items(
                                block(
                                    ict("to", text(Syntax.ROUTE_TARGET), "Where to.").must(),
                                    ict("via", text(Syntax.ADDRESS), "Through whom.").must())),
                            "Fixed routes."),
                        ict("nameservers", items(text(Syntax.ADDRESS)), "Name servers."))),
                "The interfaces, first match wins.")),
        "The network.");
  }

  private static Key immutability() {
    return ict(
        "immutability",
        block(
            ict("enabled", options("true", "false"), "Whether the root is read-only and verified.")
                .must(),
            ict("secureBootDBKey", line(), "The key that signs.").notBuilt(),
            ict("secureBootDBCrt", line(), "Its certificate, PEM.").notBuilt(),
            ict("secureBootDBCer", line(), "Its certificate, DER.").notBuilt()),
        "Image Composer Tool's way to ask for what `disk.layout: immutable` gives.");
  }

  private static Block fde() {
    return block(
        ict("enabled", new Flag(), "Whether.").must(),
        ict("passphraseFile", line(), "The passphrase's file."),
        ict("partitions", lines(), "Which partitions."),
        ict("unlock", choice("auto manual"), "How."));
  }

  private static Block dkms() {
    return block(
        ict("enabled", new Flag(), "Whether.").must(),
        ict("modules", lines(), "Which modules."),
        ict(
            "secureBoot",
            block(
                ict("enabled", new Flag(), "Whether they are signed."),
                ict("signingKeyPath", line(), "The key."),
                ict("signingCertPath", line(), "Its certificate."),
                ict("retainSigningIdentity", new Flag(), "Whether both stay in the image."),
                ict("targetKeyPath", line(), "Where the key stays."),
                ict("targetCertPath", line(), "Where the certificate stays.")),
            "Signing."));
  }

  private static Block provisioning() {
    return block(
        emt(
                "answers",
                choice("none once each-boot"),
                "Whether the machine reads a file of answers (`docs/provisioning.md`), from a"
                    + " credential or a file system called EMT-CONFIG: until it found good ones,"
                    + " which it keeps, or whenever it starts. Where Secure Boot is on, it does not.")
            .otherwise("none"),
        ict(
                "scripts",
                items(
                    block(
                        ict("name", line(), "Its name."),
                        ict("local", line(), "The file to copy."),
                        ict("final", text(Syntax.ABSOLUTE_PATH), "Where it goes."),
                        ict("stage", choice("first-boot every-boot"), "When it runs."),
                        ict("order", new Whole(0, 9999), "In which order."))),
                "Scripts run at boot.")
            .notBuilt());
  }

  private static Block cloudInit() {
    return block(
        ict(
                "enabled",
                new Flag(),
                "Whether the distribution's cloud-init configures the machine, from a NoCloud or"
                    + " ConfigDrive source and no other.")
            .otherwise("false"),
        ict("userDataFile", text(Syntax.LOCAL_PATH), "What the image itself tells cloud-init."),
        ict(
            "metaDataFile",
            text(Syntax.LOCAL_PATH),
            "Its metadata; else the image's name is the instance's."),
        ict("networkConfigFile", text(Syntax.LOCAL_PATH), "Its network."),
        ict("configFiles", items(text(Syntax.LOCAL_PATH)), "Files for /etc/cloud/cloud.cfg.d."));
  }
}
