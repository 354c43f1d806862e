package io.microvisor.systemtests;

import java.util.List;
import java.util.stream.Stream;

/// A wish to ask apt and our solver, and how their answers compare.
///
/// @param wishes in our language, separated by spaces
/// @param recommends whether recommended packages are wanted, too
/// @param expected how the answers compare
record AptCase(String wishes, boolean recommends, Expected expected) {
  /// How two answers compare.
  sealed interface Expected {
    /// The same packages in the same versions.
    record Same() implements Expected {}

    /// Both say that it cannot be had.
    record NeitherCan() implements Expected {}

    /// Apt refuses what we answer.
    record AptRefuses(String because) implements Expected {}

    /// The answers differ, both are sound, and ours has no more packages than apt's.
    record Smaller(String because) implements Expected {}

    /// The answers differ, and both are sound.
    record OtherChoice(String because) implements Expected {}
  }

  private static final String SUPERFLUOUS =
      "apt keeps the alternative it met first, though one that is needed anyway satisfies it, too";
  private static final String MANY_PROVIDERS =
      "apt asks to choose where several packages provide what was named; we take the best of them";
  private static final String EQUAL_PROVIDERS =
      "among equally good providers apt takes what its index lists in some order, we the first by name";

  /// A dozen of every sort, for each build.
  static List<AptCase> few() {
    return Stream.of(
            same(
                "openssh-server",
                "systemd-sysv systemd-resolved systemd-boot-efi udev dbus kmod iproute2",
                "linux-image-cloud-amd64 initramfs-tools",
                "build-essential",
                "nodejs npm",
                "fonts-dejavu*"),
            recommending("openssh-server"),
            smaller("podman"),
            neither("vim -vim-runtime"))
        .flatMap(List::stream)
        .toList();
  }

  /// All.
  static List<AptCase> all() {
    return Stream.of(
            same(
                "openssh-server",
                "containerd",
                "systemd-sysv systemd-resolved systemd-boot-efi udev dbus kmod iproute2",
                "linux-image-cloud-amd64 initramfs-tools",
                "curl git",
                "python3 python3-yaml",
                "nginx",
                "postgresql",
                "qemu-system-x86 ovmf swtpm",
                "build-essential",
                "network-manager wpasupplicant",
                "gnupg cryptsetup lvm2 mdadm",
                "docker.io",
                "apache2 libapache2-mod-php",
                "php-fpm nginx",
                "mariadb-server",
                "default-jre-headless",
                "default-jdk",
                "golang",
                "rustc cargo",
                "nodejs npm",
                "ruby",
                "postfix",
                "exim4",
                "postfix mailutils",
                "bsd-mailx",
                "default-mta",
                "vim",
                "emacs-nox",
                "task-ssh-server",
                "task-web-server",
                "task-laptop",
                "task-german",
                "linux-image-amd64",
                "linux-image-rt-amd64",
                "linux-headers-amd64",
                "dkms",
                "nftables",
                "ufw",
                "chrony",
                "systemd-timesyncd",
                "ntpsec",
                "rsyslog",
                "cron",
                "python3-numpy python3-scipy",
                "python3-all-dev",
                "gcc-14",
                "clang lldb",
                "cmake ninja-build meson",
                "sbuild",
                "firefox-esr",
                "chromium",
                "ffmpeg",
                "texlive-latex-base",
                "dnsmasq",
                "samba",
                "strongswan",
                "libvirt-daemon-system",
                "qemu-system-arm",
                "xfce4",
                "fonts-dejavu*",
                "openssh-s*r",
                "python3-ya*l -vim-runtime",
                "task-xfce-desktop"),
            recommending(
                "nginx",
                "openssh-server",
                "postgresql",
                "build-essential",
                "task-ssh-server",
                "python3",
                "docker.io"),
            smaller(
                "podman",
                "task-lxde-desktop",
                "firewalld",
                "debhelper",
                "libreoffice-core",
                "gimp",
                "gnome-session",
                "task-gnome-desktop",
                "kde-full"),
            List.of(
                new AptCase("wireguard", false, new Expected.OtherChoice(EQUAL_PROVIDERS)),
                new AptCase("devscripts", false, new Expected.OtherChoice(EQUAL_PROVIDERS))),
            neither("vim -vim-runtime", "g++ -cpp"),
            refused("mail-transport-agent", "httpd", "editor", "time-daemon"))
        .flatMap(List::stream)
        .toList();
  }

  private static List<AptCase> same(String... wishes) {
    return cases(new Expected.Same(), false, wishes);
  }

  private static List<AptCase> recommending(String... wishes) {
    return cases(new Expected.Same(), true, wishes);
  }

  private static List<AptCase> smaller(String... wishes) {
    return cases(new Expected.Smaller(SUPERFLUOUS), false, wishes);
  }

  private static List<AptCase> neither(String... wishes) {
    return cases(new Expected.NeitherCan(), false, wishes);
  }

  private static List<AptCase> refused(String... wishes) {
    return cases(new Expected.AptRefuses(MANY_PROVIDERS), false, wishes);
  }

  private static List<AptCase> cases(Expected expected, boolean recommends, String... wishes) {
    return Stream.of(wishes).map(each -> new AptCase(each, recommends, expected)).toList();
  }
}
