package io.microvisor.compose.template;

import java.util.List;

/// The folders of kernel modules behind each [ModuleSelection.Profile], as beginnings of paths below `kernel/` in Linux
/// 6.12.
final class ModuleFolders {
  private static final List<String> EDGE_DROPS =
      words(
          """
          sound/ drivers/media/ drivers/isdn/ drivers/staging/ drivers/comedi/ drivers/iio/
          drivers/infiniband/ drivers/firewire/ drivers/parport/ drivers/pcmcia/ drivers/memstick/
          drivers/gpu/drm/amd/ drivers/gpu/drm/nouveau/ drivers/gpu/drm/radeon/ drivers/gpu/drm/gma500/
          drivers/input/joystick/ drivers/input/tablet/ drivers/input/gameport/ drivers/input/touchscreen/
          drivers/video/fbdev/ drivers/net/hamradio/ drivers/net/arcnet/ drivers/net/appletalk/
          drivers/net/can/ drivers/net/fddi/ drivers/net/hippi/ drivers/net/ieee802154/ drivers/net/plip/
          drivers/net/slip/ drivers/net/wan/ drivers/net/wireless/admtek/ drivers/net/wireless/atmel/
          drivers/net/wireless/intersil/ drivers/net/wireless/legacy/ drivers/net/wireless/marvell/
          drivers/net/wireless/microchip/ drivers/net/wireless/purelifi/ drivers/net/wireless/ralink/
          drivers/net/wireless/rsi/ drivers/net/wireless/silabs/ drivers/net/wireless/st/
          drivers/net/wireless/ti/ drivers/net/wireless/zydas/ drivers/net/ethernet/3com/
          drivers/net/ethernet/8390/ drivers/net/ethernet/dec/ drivers/net/ethernet/sis/
          drivers/net/ethernet/smsc/ drivers/net/ethernet/sun/ drivers/net/ethernet/via/ drivers/atm/
          drivers/nfc/ drivers/bluetooth/ drivers/accessibility/ drivers/auxdisplay/ drivers/w1/ drivers/siox/
          drivers/rpmsg/ drivers/usb/gadget/ drivers/usb/serial/ftdi-elan drivers/mtd/ net/6lowpan/
          net/appletalk/ net/atm/ net/ax25/ net/batman-adv/ net/bluetooth/ net/can/ net/ieee802154/
          net/mac802154/ net/netrom/ net/nfc/ net/phonet/ net/rds/ net/rose/ net/sctp/ net/tipc/ net/x25/
          net/lapb/ net/dccp/ fs/9p/ fs/adfs/ fs/affs/ fs/afs/ fs/bcachefs/ fs/befs/ fs/bfs/ fs/ceph/ fs/coda/
          fs/cramfs/ fs/dlm/ fs/ecryptfs/ fs/efs/ fs/freevxfs/ fs/gfs2/ fs/hfs/ fs/hfsplus/ fs/hpfs/ fs/jffs2/
          fs/jfs/ fs/minix/ fs/nilfs2/ fs/ntfs3/ fs/ocfs2/ fs/omfs/ fs/orangefs/ fs/qnx4/ fs/qnx6/
          fs/reiserfs/ fs/romfs/ fs/sysv/ fs/ubifs/ fs/udf/ fs/ufs/ fs/zonefs/
          """);

  private static final List<String> VIRTUAL_ONLY =
      words(
          """
          arch/ block/ crypto/ lib/ virt/ drivers/acpi/ drivers/ata/ drivers/block/ drivers/char/hw_random/
          drivers/char/tpm/ drivers/char/virtio_console drivers/cdrom/ drivers/firmware/ drivers/hv/
          drivers/hid/hid-generic drivers/hid/hid-hyperv drivers/hid/usbhid/ drivers/input/serio/
          drivers/input/keyboard/ drivers/md/ drivers/net/bonding/ drivers/net/dummy
          drivers/net/ethernet/amazon/ drivers/net/ethernet/google/ drivers/net/ethernet/intel/e1000
          drivers/net/ethernet/intel/ixgbevf/ drivers/net/ethernet/microsoft/ drivers/net/hyperv/
          drivers/net/ipvlan/ drivers/net/macv drivers/net/tap drivers/net/tun drivers/net/veth
          drivers/net/virtio_net drivers/net/vmxnet3/ drivers/net/vrf drivers/net/vxlan/
          drivers/net/wireguard/ drivers/nvme/ drivers/nvdimm/ drivers/dax/ drivers/pci/ drivers/ptp/
          drivers/scsi/hv_storvsc drivers/scsi/scsi_ drivers/scsi/sd_mod drivers/scsi/sg drivers/scsi/sr_mod
          drivers/scsi/virtio_scsi drivers/scsi/vmw_pvscsi drivers/usb/ drivers/vhost/ drivers/virt/
          drivers/virtio/ drivers/watchdog/i6300esb drivers/watchdog/iTCO drivers/watchdog/softdog
          drivers/xen/ drivers/gpu/drm/tiny/ drivers/gpu/drm/virtio/ fs/ net/
          """);

  private ModuleFolders() {}

  /// The only ones a profile keeps; none means all.
  static List<String> only(ModuleSelection.Profile profile) {
    return switch (profile) {
      case ALL, EDGE -> List.of();
      case VIRTUAL -> VIRTUAL_ONLY;
    };
  }

  /// Those a profile leaves out.
  static List<String> dropped(ModuleSelection.Profile profile) {
    return switch (profile) {
      case ALL -> List.of();
      case EDGE, VIRTUAL -> EDGE_DROPS;
    };
  }

  private static List<String> words(String text) {
    return List.of(text.strip().split("\\s+", -1));
  }
}
