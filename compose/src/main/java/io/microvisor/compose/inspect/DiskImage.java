package io.microvisor.compose.inspect;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.Guid;
import io.microvisor.formats.erofs.ErofsFiles;
import io.microvisor.formats.fat.FatReader;
import io.microvisor.formats.fat.FatVolume;
import io.microvisor.formats.gpt.Gpt;
import io.microvisor.formats.gpt.GptReader;
import io.microvisor.formats.gpt.PartitionType;
import io.microvisor.formats.pe.PeFile;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.formats.uki.UkiReader;
import io.microvisor.formats.uki.UkiSection;
import io.microvisor.formats.verity.VerityCheck;
import io.microvisor.formats.verity.VerityVerdict;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A finished image, looked at with our own readers: a whole disk, a root file system alone, or a unified kernel image
/// alone. What it is shows from its bytes, not from its name.
///
/// Parts are read when they are asked for; the file stays open until this is closed. For one thread at a time.
public final class DiskImage implements Closeable {
  private static final TreePath KERNELS = TreePath.of("EFI/Linux");
  private static final String ROOT_HASH = "roothash=";
  private static final int LARGEST_TEXT = 1 << 20;

  /// What kind of image it is.
  public sealed interface Form {
    /// A disk with a partition table.
    record Disk(Gpt table) implements Form {}

    /// An EROFS file system.
    record FileSystem() implements Form {}

    /// A unified kernel image.
    record KernelImage() implements Form {}
  }

  /// A unified kernel image of the image.
  ///
  /// @param path where on the EFI system partition; empty for an image that is nothing else
  /// @param size in bytes
  /// @param sections by name, in the order of the section table
  public record Kernel(String path, long size, SequencedMap<String, ByteSource> sections) {
    /// The text of a section, without white space around it; empty if there is none.
    public String text(UkiSection.Name name) throws IOException {
      ByteSource section = sections.get(name.text());
      return section == null
          ? ""
          : new String(section.readAll(LARGEST_TEXT), StandardCharsets.UTF_8)
              .replace("\0", "")
              .strip();
    }

    /// The root hash that the command line demands, if it does.
    ///
    /// @throws FormatException if it is no SHA-256
    public Optional<Digest> rootHash() throws IOException {
      for (String word : text(UkiSection.Name.CMDLINE).split("\\s+", -1)) {
        if (word.startsWith(ROOT_HASH)) {
          try {
            return Optional.of(Digest.parse(word.substring(ROOT_HASH.length())));
          } catch (IllegalArgumentException e) {
            FormatException damaged =
                FormatException.damaged("kernel command line", 0, "\"" + word + "\"");
            damaged.initCause(e);
            throw damaged;
          }
        }
      }
      return Optional.empty();
    }
  }

  private final Path file;
  private final FileChannel channel;
  private final ByteSource bytes;
  private final Form form;

  /// Reading the EFI system partition hashes its files, so once is enough.
  private @Nullable FatVolume esp;

  private DiskImage(Path file, FileChannel channel, ByteSource bytes, Form form) {
    this.file = file;
    this.channel = channel;
    this.bytes = bytes;
    this.form = form;
  }

  /// Opens an image for reading.
  ///
  /// @throws FormatException if it is none of the three kinds, or a damaged one
  public static DiskImage open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      ByteSource bytes = ByteSource.of(channel);
      return new DiskImage(file, channel, bytes, form(file, bytes));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static Form form(Path file, ByteSource bytes) throws IOException {
    if (PeFile.isPe(bytes)) {
      return new Form.KernelImage();
    }
    Optional<FormatException> noFileSystem = problem(() -> ErofsFiles.open(bytes));
    if (noFileSystem.isEmpty()) {
      return new Form.FileSystem();
    }
    try {
      return new Form.Disk(GptReader.read(bytes));
    } catch (FormatException e) {
      if (noFileSystem.get().kind() != FormatException.Kind.NOT_THIS_FORMAT) {
        throw noFileSystem.get();
      }
      if (e.kind() != FormatException.Kind.NOT_THIS_FORMAT) {
        throw e;
      }
      throw FormatException.notThis(
          "disk image",
          "nothing known in "
              + file.getFileName()
              + " (expected: a GPT disk, an EROFS file system or a unified kernel image)");
    }
  }

  @FunctionalInterface
  private interface Attempt {
    Object run() throws IOException;
  }

  private static Optional<FormatException> problem(Attempt attempt) throws IOException {
    try {
      attempt.run();
      return Optional.empty();
    } catch (FormatException e) {
      return Optional.of(e);
    }
  }

  /// What kind of image it is.
  public Form form() {
    return form;
  }

  /// The whole image.
  public ByteSource bytes() {
    return bytes;
  }

  /// What a partition holds.
  public ByteSource bytes(Gpt.Partition partition) {
    return bytes.slice(partition.extent().startBytes(), partition.extent().sizeBytes());
  }

  /// The partitions in order of number; none if it is no disk.
  public List<Gpt.Partition> partitions() {
    return switch (form) {
      case Form.Disk disk -> disk.table().partitions();
      case Form.FileSystem _, Form.KernelImage _ -> List.of();
    };
  }

  /// The root file system.
  ///
  /// @throws IOException if there is none
  public ErofsFiles root() throws IOException {
    return ErofsFiles.open(
        switch (form) {
          case Form.FileSystem _ -> bytes;
          case Form.Disk _ -> bytes(rootPartition());
          case Form.KernelImage _ -> throw lacks("root file system");
        });
  }

  /// The file system on one of the root partitions.
  public ErofsFiles root(Gpt.Partition partition) throws IOException {
    return ErofsFiles.open(bytes(partition));
  }

  /// The EFI system partition's file system.
  ///
  /// @throws IOException if there is none
  public FatVolume esp() throws IOException {
    FatVolume known = esp;
    if (known == null) {
      known = FatReader.open(bytes(partition(PartitionType.ESP, "EFI system partition")));
      esp = known;
    }
    return known;
  }

  /// The EFI system partition's files.
  ///
  /// @throws IOException if there are none
  public FileView espFiles() throws IOException {
    FatVolume volume = esp();
    return FileView.of(volume.tree(), volume.contents());
  }

  /// The unified kernel images, the newest last as their names go.
  public List<Kernel> kernels() throws IOException {
    return switch (form) {
      case Form.FileSystem _ -> List.of();
      case Form.KernelImage _ -> List.of(new Kernel("", bytes.size(), UkiReader.read(bytes)));
      case Form.Disk disk ->
          disk.table().first(PartitionType.ESP).isPresent() ? kernels(esp()) : List.of();
    };
  }

  /// The unified kernel images on an EFI system partition.
  public static List<Kernel> kernels(FatVolume esp) throws IOException {
    List<Kernel> kernels = new ArrayList<>();
    for (FileTree.Entry entry : esp.tree().children(KERNELS)) {
      String name = entry.path().name().toLowerCase(Locale.ROOT);
      if (entry.inode() instanceof Inode.RegularFile found && name.endsWith(".efi")) {
        ByteSource content = esp.contents().open(found.content());
        kernels.add(new Kernel(entry.path().absolute(), found.size(), UkiReader.read(content)));
      }
    }
    return kernels;
  }

  /// The root hash that the newest kernel demands; empty if none demands one.
  public Optional<Digest> rootHash() throws IOException {
    for (Kernel kernel : kernels().reversed()) {
      Optional<Digest> hash = kernel.rootHash();
      if (hash.isPresent()) {
        return hash;
      }
    }
    return Optional.empty();
  }

  /// Verifies root file system and hash tree against the root hash on the kernel's command line.
  ///
  /// @throws IOException if one of the three is missing, or the hash tree's superblock is no superblock
  public VerityVerdict verify() throws IOException, InterruptedException {
    Optional<Digest> hash = rootHash();
    if (hash.isEmpty()) {
      throw lacks("root hash on its kernel's command line");
    }
    Gpt.Partition tree =
        named(Guid.ofHalf(hash.get(), 1), PartitionType.ROOT_X86_64_VERITY, "hash tree");
    return VerityCheck.check(bytes(rootPartition()), bytes(tree), hash.get());
  }

  /// Only where there are several the root hash says which one it is.
  private Gpt.Partition rootPartition() throws IOException {
    long roots =
        partitions().stream()
            .filter(each -> each.type().equals(PartitionType.ROOT_X86_64.guid()))
            .count();
    Optional<Digest> hash = roots > 1 ? rootHash() : Optional.empty();
    return hash.isPresent()
        ? named(Guid.ofHalf(hash.get(), 0), PartitionType.ROOT_X86_64, "root file system")
        : partition(PartitionType.ROOT_X86_64, "root file system");
  }

  /// The partition whose GUID is half of the root hash; else the first of its type.
  private Gpt.Partition named(Guid unique, PartitionType type, String what) throws IOException {
    return switch (form) {
      case Form.Disk disk when disk.table().find(unique).isPresent() ->
          disk.table().find(unique).get();
      case Form.Disk _, Form.FileSystem _, Form.KernelImage _ -> partition(type, what);
    };
  }

  private Gpt.Partition partition(PartitionType type, String what) throws IOException {
    return switch (form) {
      case Form.Disk disk -> disk.table().first(type).orElseThrow(() -> lacks(what));
      case Form.FileSystem _, Form.KernelImage _ -> throw lacks(what);
    };
  }

  private IOException lacks(String what) {
    return new IOException(
        file.getFileName() + ": no " + what + " (expected: an image that has one)");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
