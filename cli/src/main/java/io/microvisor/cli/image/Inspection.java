package io.microvisor.cli.image;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Guid;
import io.microvisor.compose.inspect.DiskImage;
import io.microvisor.compose.layout.DiskLayout;
import io.microvisor.formats.fat.FatVolume;
import io.microvisor.formats.gpt.Gpt;
import io.microvisor.formats.gpt.PartitionFlag;
import io.microvisor.formats.gpt.PartitionType;
import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.uki.UkiSection;
import io.microvisor.formats.verity.VerityLayout;
import io.microvisor.formats.verity.VeritySuperblock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// What is known of an image from its own bytes.
///
/// @param size of the whole, in bytes
/// @param faults of the partition table
/// @param rootHash what the kernel's command line demands, in hexadecimal digits; empty if nothing
/// @param release os-release(5) of the root file system, else of the kernel image; empty if there is none
/// @param contents of the root file system; empty for an image without
record Inspection(
    String kind,
    long size,
    List<Partition> partitions,
    List<String> faults,
    List<Kernel> kernels,
    String rootHash,
    SequencedMap<String, String> release,
    ImageContents contents) {
  private static final int LARGEST_TEXT = 1 << 20;

  /// A partition.
  ///
  /// @param used how many bytes of it have a meaning; empty if that is unknown
  record Partition(
      int number,
      String type,
      String label,
      Guid uuid,
      long start,
      long size,
      OptionalLong used,
      List<String> flags) {}

  /// A unified kernel image, with the sizes of its sections.
  record Kernel(
      String path,
      long size,
      String version,
      String commandLine,
      SequencedMap<String, Long> sections) {}

  static Inspection of(DiskImage image) throws IOException {
    List<Kernel> kernels = new ArrayList<>();
    SequencedMap<String, String> release = new LinkedHashMap<>();
    for (DiskImage.Kernel kernel : image.kernels()) {
      SequencedMap<String, Long> sections = new LinkedHashMap<>();
      kernel.sections().forEach((name, content) -> sections.put(name, content.size()));
      kernels.add(
          new Kernel(
              kernel.path(),
              kernel.size(),
              kernel.text(UkiSection.Name.UNAME),
              kernel.text(UkiSection.Name.CMDLINE),
              sections));
      release = assignments(kernel.text(UkiSection.Name.OSREL));
    }
    ImageContents contents = ImageContents.NONE;
    if (!(image.form() instanceof DiskImage.Form.KernelImage) && hasRoot(image)) {
      FileView root = image.root();
      contents = ImageContents.of(root);
      Optional<FileView.Seen> file = root.resolve("etc/os-release");
      if (file.isPresent() && file.get() instanceof FileView.Seen.File text) {
        release =
            assignments(new String(text.content().readAll(LARGEST_TEXT), StandardCharsets.UTF_8));
      }
    }
    return new Inspection(
        kind(image.form()),
        image.bytes().size(),
        partitions(image),
        image.form() instanceof DiskImage.Form.Disk(Gpt table)
            ? table.faults().stream().map(Gpt.Fault::what).toList()
            : List.of(),
        kernels,
        image.rootHash().map(Digest::hex).orElse(""),
        release,
        contents);
  }

  private static boolean hasRoot(DiskImage image) {
    return switch (image.form()) {
      case DiskImage.Form.Disk(Gpt table) -> table.first(PartitionType.ROOT_X86_64).isPresent();
      case DiskImage.Form.FileSystem _ -> true;
      case DiskImage.Form.KernelImage _ -> false;
    };
  }

  private static String kind(DiskImage.Form form) {
    return switch (form) {
      case DiskImage.Form.Disk _ -> "disk";
      case DiskImage.Form.FileSystem _ -> "root file system";
      case DiskImage.Form.KernelImage _ -> "kernel image";
    };
  }

  static List<Partition> partitions(DiskImage image) throws IOException {
    List<Partition> all = new ArrayList<>();
    for (Gpt.Partition each : image.partitions()) {
      Optional<PartitionType> type = PartitionType.of(each.type());
      boolean free = each.name().equals(DiskLayout.EMPTY);
      OptionalLong used =
          type.isPresent() && !free ? used(image, each, type.get()) : OptionalLong.empty();
      all.add(
          new Partition(
              each.number(),
              type.map(known -> word(known.name())).orElse(each.type().toString()),
              each.name(),
              each.unique(),
              each.extent().startBytes(),
              each.extent().sizeBytes(),
              used,
              each.flags().stream().map(PartitionFlag::name).map(Inspection::word).toList()));
    }
    return all;
  }

  private static String word(String constant) {
    return constant.toLowerCase(Locale.ROOT).replace('_', '-').replace("x86-64", "x86_64");
  }

  private static OptionalLong used(DiskImage image, Gpt.Partition partition, PartitionType type)
      throws IOException {
    return switch (type) {
      case ESP -> {
        FatVolume volume = image.esp();
        yield OptionalLong.of(volume.tree().contentSize());
      }
      case ROOT_X86_64 -> OptionalLong.of(image.root(partition).size());
      case ROOT_X86_64_VERITY -> {
        VeritySuperblock superblock = VeritySuperblock.read(image.bytes(partition));
        yield OptionalLong.of(VerityLayout.of(superblock.dataBlocks()).sizeBytes());
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
          OptionalLong.empty();
    };
  }

  /// The `NAME=value` lines of os-release(5), without quotes.
  private static SequencedMap<String, String> assignments(String text) {
    SequencedMap<String, String> values = new LinkedHashMap<>();
    text.lines()
        .map(String::strip)
        .filter(line -> line.matches("[A-Za-z0-9_]+=.*"))
        .forEach(line -> {
          String[] parts = line.split("=", 2);
          values.put(parts[0], parts[1].replaceAll("^(['\"])(.*)\\1$", "$2"));
        });
    return values;
  }

  /// The same for machines.
  Map<String, Object> json() {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("kind", kind);
    answer.put("size", size);
    answer.put("partitions", partitions.stream().map(Inspection::json).toList());
    answer.put("faults", faults);
    if (!rootHash.isEmpty()) {
      answer.put("rootHash", rootHash);
    }
    answer.put("kernels", kernels.stream().map(Inspection::json).toList());
    answer.put("osRelease", release);
    answer.put("contents", contents.json());
    return answer;
  }

  private static Map<String, Object> json(Partition partition) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("number", partition.number());
    one.put("type", partition.type());
    one.put("label", partition.label());
    one.put("uuid", partition.uuid().toString());
    one.put("start", partition.start());
    one.put("size", partition.size());
    partition.used().ifPresent(bytes -> one.put("used", bytes));
    one.put("flags", partition.flags());
    return one;
  }

  private static Map<String, Object> json(Kernel kernel) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("path", kernel.path());
    one.put("size", kernel.size());
    one.put("version", kernel.version());
    one.put("commandLine", kernel.commandLine());
    one.put("sections", kernel.sections());
    return one;
  }
}
