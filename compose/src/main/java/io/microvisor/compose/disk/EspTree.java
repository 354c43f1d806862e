package io.microvisor.compose.disk;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.disk.DiskSpec.Program;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The files of an EFI system partition that starts one unified kernel image with systemd-boot.
///
/// | path | what |
/// |---|---|
/// | `EFI/BOOT/BOOTX64.EFI` | the boot loader, where firmware looks that was told nothing |
/// | `EFI/systemd/systemd-bootx64.efi` | the boot loader, where bootctl(1) updates it |
/// | `EFI/Linux/NAME_VERSION.efi` | the kernel image, where the boot loader finds it (UAPI.1) |
/// | `loader/loader.conf` | the boot loader's settings |
///
/// @param tree the files, all as old as the image
/// @param contents what they hold
public record EspTree(FileTree tree, ContentSource contents) {
  /// Room besides that for programs: tables, directories, settings, and for another boot loader.
  private static final long RESERVE = 8L << 20;

  private static final String KERNELS = "EFI/Linux/";

  private static final byte[] LOADER_CONF =
      "timeout 0\neditor no\n".getBytes(StandardCharsets.US_ASCII);

  /// The files.
  ///
  /// @param bootLoader systemd-boot
  /// @param uki the unified kernel image
  /// @param release the kernel image's name, without `.efi`
  /// @param epoch their time, in seconds since 1970
  public static EspTree of(Program bootLoader, Program uki, String release, long epoch) {
    SortedMap<String, Program> files = new TreeMap<>();
    files.put("EFI/BOOT/BOOTX64.EFI", bootLoader);
    files.put("EFI/systemd/systemd-bootx64.efi", bootLoader);
    files.put(KERNELS + release + ".efi", uki);
    files.put(
        "loader/loader.conf", new Program(Digest.sha256(LOADER_CONF), ByteSource.of(LOADER_CONF)));
    FileTree.Builder tree = FileTree.builder();
    Map<Digest, ByteSource> contents = new HashMap<>();
    Inode.Directory folder = new Inode.Directory(Meta.of(0755).withMtime(epoch));
    Meta meta = Meta.of(0644).withMtime(epoch);
    files.forEach((name, file) -> {
      TreePath path = TreePath.of(name);
      tree.mkdirs(path.parent()).put(path, new Inode.RegularFile(meta, file.digest(), file.size()));
      contents.put(file.digest(), file.bytes());
    });
    tree.build()
        .entries()
        .filter(entry -> entry.inode() instanceof Inode.Directory)
        .forEach(entry -> tree.replaceInode(entry.path(), folder));
    return new EspTree(tree.build(), ContentSource.of(contents));
  }

  /// The smallest partition that holds them and what is put beside them later.
  public long leastSize() {
    return RESERVE
        + tree.entries()
            .filter(entry -> entry.path().toString().startsWith("EFI/"))
            .mapToLong(entry -> entry.inode() instanceof Inode.RegularFile file ? file.size() : 0)
            .sum();
  }
}
