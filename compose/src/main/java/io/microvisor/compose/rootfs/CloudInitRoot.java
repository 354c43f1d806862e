package io.microvisor.compose.rootfs;

import io.microvisor.compose.answers.NodeFiles;
import java.util.List;

/// What makes the distribution's cloud-init fit a machine whose root is read-only and whose `/etc` forgets.
///
/// It is told to do at every boot what it writes into `/etc` (network, names, users, passwords, files), and once for each
/// instance what it remembers on `/var` (commands, scripts). What installs packages or grows partitions is left out.
final class CloudInitRoot {
  private static final String UNITS = UnitLinks.PACKAGED;

  private static final String CONFIGURATION =
      """
      # Made with the image.
      datasource_list: [NoCloud, ConfigDrive]
      datasource_pkg_list: [emt_cloud]
      updates:
        network: {when: [boot-new-instance, boot]}
      # The image makes the one host key that is kept.
      ssh_deletekeys: false
      ssh_genkeytypes: []
      cloud_init_modules:
        - seed_random
        - bootcmd
        - [write_files, always]
        - disk_setup
        - [mounts, always]
        - [set_hostname, always]
        - update_hostname
        - [update_etc_hosts, always]
        - [ca_certs, always]
        - [rsyslog, always]
        - [users_groups, always]
        - [ssh, always]
      cloud_config_modules:
        - ssh_import_id
        - [set_passwords, always]
        - [ntp, always]
        - [timezone, always]
        - runcmd
      cloud_final_modules:
        - [write_files_deferred, always]
        - scripts_vendor
        - scripts_per_once
        - scripts_per_boot
        - scripts_per_instance
        - scripts_user
        - ssh_authkey_fingerprints
        - phone_home
        - final_message
        - power_state_change
      """;

  /// The distribution's NoCloud follows `seedfrom`, from a disk's meta-data, the machine's serial number or the kernel command line,
  /// to wherever it leads. cloud-init has no setting against that, but takes sources of another package before its own.
  private static final String SOURCES = "usr/lib/python3/dist-packages/emt_cloud/";

  private static final String NO_CLOUD =
      """
      \"""NoCloud without seedfrom: what configures this machine lies on one of its disks, never elsewhere.\"""

      import logging

      from cloudinit import sources
      from cloudinit.sources import DataSourceNoCloud as distribution

      LOG = logging.getLogger(__name__)


      class DataSourceNoCloud(distribution.DataSourceNoCloud):
          def __init__(self, sys_cfg, distro, paths):
              super().__init__(sys_cfg, distro, paths)
              self.supported_seed_starts = ()

          def _log_unusable_seedfrom(self, seedfrom):
              LOG.warning("seedfrom is refused, and NoCloud with it: nothing elsewhere configures this machine")


      # The second, when there is a network, in place of the one that asks it.
      datasources = [
          (DataSourceNoCloud, (sources.DEP_FILESYSTEM,)),
          (DataSourceNoCloud, (sources.DEP_FILESYSTEM, sources.DEP_NETWORK)),
      ]


      def get_datasource_list(depends):
          return sources.list_from_depends(depends, datasources)
      """;

  /// On the kernel command line, they name an address that cloud-init would take its configuration from.
  private static final String NO_ADDRESS =
      """
      ConditionKernelCommandLine=!cloud-config-url
      ConditionKernelCommandLine=!url
      """;

  private static final List<String> SERVICES =
      List.of(
          "cloud-init-main",
          "cloud-init-local",
          "cloud-init-network",
          "cloud-config",
          "cloud-final");

  /// It sets a host name only when that is another than the one it set before, and does not look what `/etc` says.
  private static final String NAMES_FORGOTTEN =
      """
      [Service]
      ExecStartPre=rm -f /var/lib/cloud/data/set-hostname /var/lib/cloud/data/previous-hostname
      """;

  private CloudInitRoot() {}

  static void apply(RootEditor root) {
    root.write("etc/cloud/cloud.cfg.d/95_emt.cfg", 0644, CONFIGURATION);
    root.write(SOURCES + "__init__.py", 0644, "");
    root.write(SOURCES + "DataSourceNoCloud.py", 0644, NO_CLOUD);
    for (String service : SERVICES) {
      root.write(
          UNITS + service + ".service.d/10-emt.conf",
          0644,
          "[Unit]\n" + NodeFiles.TRUSTED + NO_ADDRESS);
    }
    root.write(UNITS + SERVICES.getFirst() + ".service.d/20-emt-names.conf", 0644, NAMES_FORGOTTEN);
  }
}
