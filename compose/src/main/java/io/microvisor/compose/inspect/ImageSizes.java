package io.microvisor.compose.inspect;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.erofs.ErofsUsage;
import io.microvisor.formats.fat.FatGeometry;
import io.microvisor.formats.fat.FatVolume;
import io.microvisor.formats.gpt.Gpt;
import io.microvisor.formats.gpt.PartitionType;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.uki.UkiSection;
import io.microvisor.formats.verity.VerityLayout;
import io.microvisor.formats.verity.VeritySuperblock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Where an image's bytes are.
///
/// @param tree the whole image, down to files
/// @param packages the same for the root file system, by who brought it
public record ImageSizes(SizeTree tree, PackageSizes packages) {
  /// Reads the sizes of an image.
  ///
  /// @param name what the whole is called
  /// @throws FormatException if one of its parts is damaged
  public static ImageSizes of(DiskImage image, String name) throws IOException {
    return switch (image.form()) {
      case DiskImage.Form.KernelImage _ ->
          new ImageSizes(
              kernel(name, image.kernels().getFirst()).as(name, SizeTree.Kind.KERNEL_IMAGE, 0),
              PackageSizes.NONE);
      case DiskImage.Form.FileSystem _ -> {
        ErofsUsage usage = ErofsUsage.of(image.bytes());
        yield new ImageSizes(
            fileSystem(usage).as(name, SizeTree.Kind.PARTITION, 0),
            PackageSizes.of(image.root(), usage));
      }
      case DiskImage.Form.Disk _ -> disk(image, name);
    };
  }

  private static ImageSizes disk(DiskImage image, String name) throws IOException {
    List<SizeTree> parts = new ArrayList<>();
    long inPartitions = 0;
    long others = 0;
    PackageSizes packages = PackageSizes.NONE;
    for (Gpt.Partition each : image.partitions()) {
      ByteSource bytes = image.bytes(each);
      inPartitions += bytes.size();
      PartitionType type = PartitionType.of(each.type()).orElse(PartitionType.LINUX_GENERIC);
      switch (type) {
        case ESP -> parts.add(esp(image.esp(), each.name(), bytes.size()));
        case ROOT_X86_64 -> {
          Optional<ErofsUsage> usage = usage(bytes);
          if (usage.isEmpty()) {
            others += bytes.size();
            continue;
          }
          parts.add(
              fileSystem(usage.get())
                  .as(each.name(), SizeTree.Kind.PARTITION, bytes.size() - usage.get().size()));
          packages = packages.isEmpty() ? PackageSizes.of(image.root(each), usage.get()) : packages;
        }
        case ROOT_X86_64_VERITY -> {
          long used = VerityLayout.of(VeritySuperblock.read(bytes).dataBlocks()).sizeBytes();
          parts.add(
              SizeTree.leaf(each.name(), SizeTree.Kind.PARTITION, used, 0)
                  .as(each.name(), SizeTree.Kind.PARTITION, bytes.size() - used));
        }
        case XBOOTLDR,
            ROOT_X86_64_VERITY_SIG,
            USR_X86_64,
            USR_X86_64_VERITY,
            USR_X86_64_VERITY_SIG,
            SWAP,
            HOME,
            SRV,
            VAR,
            TMP,
            LINUX_GENERIC ->
            others += bytes.size();
      }
    }
    SizeTree all = SizeTree.of(name, SizeTree.Kind.IMAGE, parts);
    return new ImageSizes(
        all.as(
            name, SizeTree.Kind.IMAGE, all.free() + others + image.bytes().size() - inPartitions),
        packages);
  }

  /// An empty second slot is no damage.
  private static Optional<ErofsUsage> usage(ByteSource bytes) throws IOException {
    try {
      return Optional.of(ErofsUsage.of(bytes));
    } catch (FormatException e) {
      if (e.kind() == FormatException.Kind.NOT_THIS_FORMAT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static SizeTree fileSystem(ErofsUsage usage) {
    SizeTree files =
        SizeTree.ofPaths(
            "",
            usage.entries().stream()
                .map(entry ->
                    new SizeTree.Item(
                        entry.path(), entry.isDirectory(), entry.stored(), entry.size()))
                .toList());
    List<SizeTree> parts = new ArrayList<>(files.parts());
    long own = usage.size() - parts.stream().mapToLong(SizeTree::stored).sum();
    parts.add(SizeTree.leaf("file system's own", SizeTree.Kind.OVERHEAD, own, 0));
    return SizeTree.of("", SizeTree.Kind.PARTITION, parts);
  }

  private static SizeTree esp(FatVolume volume, String name, long size) throws IOException {
    FatGeometry geometry = volume.geometry();
    long cluster = geometry.clusterBytes();
    Map<String, DiskImage.Kernel> kernels =
        DiskImage.kernels(volume).stream()
            .collect(Collectors.toMap(DiskImage.Kernel::path, each -> each));
    List<SizeTree> programs = new ArrayList<>();
    List<SizeTree.Item> items = new ArrayList<>();
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) volume.tree().entries()::iterator) {
      DiskImage.Kernel kernel = kernels.get(entry.path().absolute());
      if (kernel != null) {
        SizeTree tree = kernel(kernel.path().substring(1), kernel);
        long rest = Math.ceilDiv(kernel.size(), cluster) * cluster - tree.stored();
        programs.add(tree.plus(rest, 0));
      } else if (entry.inode() instanceof Inode.RegularFile file) {
        long stored = Math.ceilDiv(file.size(), cluster) * cluster;
        items.add(new SizeTree.Item(entry.path(), false, stored, file.size()));
      } else if (entry.inode() instanceof Inode.Directory) {
        items.add(new SizeTree.Item(entry.path(), true, cluster, 0));
      }
    }
    long tables =
        (geometry.reservedSectors() + FatGeometry.FATS * geometry.fatSectors())
            * geometry.sectorBytes();
    List<SizeTree> parts = new ArrayList<>(programs);
    SizeTree files = SizeTree.ofPaths("", items);
    parts.addAll(files.parts());
    long own = files.stored() - files.parts().stream().mapToLong(SizeTree::stored).sum();
    parts.add(SizeTree.leaf("file system's own", SizeTree.Kind.OVERHEAD, tables + own, 0));
    SizeTree all = SizeTree.of(name, SizeTree.Kind.PARTITION, parts);
    return all.as(name, SizeTree.Kind.PARTITION, Math.max(0, size - all.stored()));
  }

  private static SizeTree kernel(String name, DiskImage.Kernel kernel) throws IOException {
    List<SizeTree> sections = new ArrayList<>();
    long known = 0;
    for (Map.Entry<String, ByteSource> section : kernel.sections().entrySet()) {
      long size = section.getValue().size();
      known += size;
      boolean archive =
          section.getKey().equals(UkiSection.Name.INITRD.text())
              || section.getKey().equals(UkiSection.Name.UCODE.text());
      sections.add(
          archive
              ? InitrdSizes.of(section.getKey(), section.getValue())
              : SizeTree.leaf(section.getKey(), SizeTree.Kind.SECTION, size, size));
    }
    long headers = Math.max(0, kernel.size() - known);
    sections.add(SizeTree.leaf("headers and padding", SizeTree.Kind.OVERHEAD, headers, 0));
    return SizeTree.of(name, SizeTree.Kind.KERNEL_IMAGE, sections);
  }
}
