package io.microvisor.compose.template;

import java.util.List;
import java.util.regex.Pattern;

/// Which kernel modules go into an image. A module that a kept one depends on must be kept as well: whoever applies a
/// selection closes it over `modules.dep`.
///
/// @param profile the starting point
/// @param include names or paths below `kernel/` to keep whatever the profile says; `*` and `?` as in shells
/// @param exclude names or paths to leave out; `include` wins over it
public record ModuleSelection(Profile profile, List<String> include, List<String> exclude) {
  public ModuleSelection {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  /// A class of hardware.
  public enum Profile {
    /// Every module.
    ALL(List.of(), List.of()),
    /// Servers and edge devices: no sound, no television, no hobby and museum hardware, no file systems nobody boots
    /// an edge node with.
    EDGE(
        List.of(),
        List.of(
            "sound/",
            "drivers/media/",
            "drivers/isdn/",
            "drivers/staging/",
            "drivers/comedi/",
            "drivers/iio/",
            "drivers/infiniband/",
            "drivers/firewire/",
            "drivers/parport/",
            "drivers/pcmcia/",
            "drivers/memstick/",
            "drivers/gpu/drm/amd/",
            "drivers/gpu/drm/nouveau/",
            "drivers/gpu/drm/radeon/",
            "drivers/gpu/drm/gma500/",
            "drivers/input/joystick/",
            "drivers/input/tablet/",
            "drivers/input/gameport/",
            "drivers/input/touchscreen/",
            "drivers/video/fbdev/",
            "drivers/net/hamradio/",
            "drivers/net/arcnet/",
            "drivers/net/appletalk/",
            "drivers/net/can/",
            "drivers/net/fddi/",
            "drivers/net/hippi/",
            "drivers/net/ieee802154/",
            "drivers/net/plip/",
            "drivers/net/slip/",
            "drivers/net/wan/",
            "drivers/net/wireless/admtek/",
            "drivers/net/wireless/atmel/",
            "drivers/net/wireless/intersil/",
            "drivers/net/wireless/legacy/",
            "drivers/net/wireless/marvell/",
            "drivers/net/wireless/microchip/",
            "drivers/net/wireless/purelifi/",
            "drivers/net/wireless/ralink/",
            "drivers/net/wireless/rsi/",
            "drivers/net/wireless/silabs/",
            "drivers/net/wireless/st/",
            "drivers/net/wireless/ti/",
            "drivers/net/wireless/zydas/",
            "drivers/net/ethernet/3com/",
            "drivers/net/ethernet/8390/",
            "drivers/net/ethernet/dec/",
            "drivers/net/ethernet/sis/",
            "drivers/net/ethernet/smsc/",
            "drivers/net/ethernet/sun/",
            "drivers/net/ethernet/via/",
            "drivers/atm/",
            "drivers/nfc/",
            "drivers/bluetooth/",
            "drivers/accessibility/",
            "drivers/auxdisplay/",
            "drivers/w1/",
            "drivers/siox/",
            "drivers/rpmsg/",
            "drivers/usb/gadget/",
            "drivers/usb/serial/ftdi-elan",
            "drivers/mtd/",
            "net/6lowpan/",
            "net/appletalk/",
            "net/atm/",
            "net/ax25/",
            "net/batman-adv/",
            "net/bluetooth/",
            "net/can/",
            "net/ieee802154/",
            "net/mac802154/",
            "net/netrom/",
            "net/nfc/",
            "net/phonet/",
            "net/rds/",
            "net/rose/",
            "net/sctp/",
            "net/tipc/",
            "net/x25/",
            "net/lapb/",
            "net/dccp/",
            "fs/9p/",
            "fs/adfs/",
            "fs/affs/",
            "fs/afs/",
            "fs/bcachefs/",
            "fs/befs/",
            "fs/bfs/",
            "fs/ceph/",
            "fs/coda/",
            "fs/cramfs/",
            "fs/dlm/",
            "fs/ecryptfs/",
            "fs/efs/",
            "fs/freevxfs/",
            "fs/gfs2/",
            "fs/hfs/",
            "fs/hfsplus/",
            "fs/hpfs/",
            "fs/jffs2/",
            "fs/jfs/",
            "fs/minix/",
            "fs/nilfs2/",
            "fs/ntfs3/",
            "fs/ocfs2/",
            "fs/omfs/",
            "fs/orangefs/",
            "fs/qnx4/",
            "fs/qnx6/",
            "fs/reiserfs/",
            "fs/romfs/",
            "fs/sysv/",
            "fs/ubifs/",
            "fs/udf/",
            "fs/ufs/",
            "fs/zonefs/")),
    /// Virtual machines: what QEMU, Hyper-V, VMware, Xen and the clouds offer.
    VIRTUAL(
        List.of(
            "arch/",
            "block/",
            "crypto/",
            "lib/",
            "virt/",
            "drivers/acpi/",
            "drivers/ata/",
            "drivers/block/",
            "drivers/char/hw_random/",
            "drivers/char/tpm/",
            "drivers/char/virtio_console",
            "drivers/cdrom/",
            "drivers/firmware/",
            "drivers/hv/",
            "drivers/hid/hid-generic",
            "drivers/hid/hid-hyperv",
            "drivers/hid/usbhid/",
            "drivers/input/serio/",
            "drivers/input/keyboard/",
            "drivers/md/",
            "drivers/net/bonding/",
            "drivers/net/dummy",
            "drivers/net/ethernet/amazon/",
            "drivers/net/ethernet/google/",
            "drivers/net/ethernet/intel/e1000",
            "drivers/net/ethernet/intel/ixgbevf/",
            "drivers/net/ethernet/microsoft/",
            "drivers/net/hyperv/",
            "drivers/net/ipvlan/",
            "drivers/net/macv",
            "drivers/net/tap",
            "drivers/net/tun",
            "drivers/net/veth",
            "drivers/net/virtio_net",
            "drivers/net/vmxnet3/",
            "drivers/net/vrf",
            "drivers/net/vxlan/",
            "drivers/net/wireguard/",
            "drivers/nvme/",
            "drivers/nvdimm/",
            "drivers/dax/",
            "drivers/pci/",
            "drivers/ptp/",
            "drivers/scsi/hv_storvsc",
            "drivers/scsi/scsi_",
            "drivers/scsi/sd_mod",
            "drivers/scsi/sg",
            "drivers/scsi/sr_mod",
            "drivers/scsi/virtio_scsi",
            "drivers/scsi/vmw_pvscsi",
            "drivers/usb/",
            "drivers/vhost/",
            "drivers/virt/",
            "drivers/virtio/",
            "drivers/watchdog/i6300esb",
            "drivers/watchdog/iTCO",
            "drivers/watchdog/softdog",
            "drivers/xen/",
            "drivers/gpu/drm/tiny/",
            "drivers/gpu/drm/virtio/",
            "fs/",
            "net/"),
        EDGE.drops);

    private final List<String> only;
    private final List<String> drops;

    Profile(List<String> only, List<String> drops) {
      this.only = only;
      this.drops = drops;
    }
  }

  /// Whether a module is wanted for itself.
  ///
  /// @param path relative to `/usr/lib/modules/<version>`: `kernel/drivers/net/veth.ko.xz`
  public boolean keeps(String path) {
    String below = path.startsWith("kernel/") ? path.substring("kernel/".length()) : path;
    if (include.stream().anyMatch(wish -> matches(wish, below))) {
      return true;
    }
    return (profile.only.isEmpty() || profile.only.stream().anyMatch(below::startsWith))
        && profile.drops.stream().noneMatch(below::startsWith)
        && exclude.stream().noneMatch(wish -> matches(wish, below));
  }

  /// A wish with a slash is a path, of a module or of a folder with all in it; one without is a module's name, in which
  /// `-` and `_` are the same.
  private static boolean matches(String wish, String below) {
    String stem = below.replaceFirst("\\.ko(\\.(xz|zst|gz))?$", "");
    if (wish.indexOf('/') < 0) {
      String name = stem.substring(stem.lastIndexOf('/') + 1);
      return glob(wish.replace('-', '_'), name.replace('-', '_'));
    }
    String path = wish.endsWith("/") ? wish + "*" : wish;
    return glob(path, stem) || glob(path + "/*", stem);
  }

  private static boolean glob(String wish, String text) {
    StringBuilder regex = new StringBuilder();
    wish.codePoints()
        .forEach(c -> {
          switch (c) {
            case '*' -> regex.append(".*");
            case '?' -> regex.append('.');
            default -> regex.append(Pattern.quote(Character.toString(c)));
          }
        });
    return text.matches(regex.toString());
  }
}
