package io.microvisor.compose.inspect;

import io.microvisor.bytes.ByteSource;
import io.microvisor.compose.rootfs.UnitFiles;
import io.microvisor.formats.gpt.PartitionType;
import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.formats.uki.UkiSection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/// What an image's boot consists of, told from its files alone.
///
/// @param loader the settings of the boot loader (loader.conf(5)); none if there is no boot loader
/// @param kernel the path of the kernel image that boots; empty for one that is nothing else
/// @param sections its sections with their sizes
/// @param commandLine what it hands to the kernel
/// @param initrd what it unpacks first
/// @param root what the root file system starts; empty lists where there is none
/// @param findings what costs time, and need not
public record BootAnatomy(
    SequencedMap<String, String> loader,
    String kernel,
    SequencedMap<String, Long> sections,
    CommandLine commandLine,
    Initrd initrd,
    Start root,
    List<Finding> findings) {
  private static final int LARGEST = 12;

  /// An initrd.
  ///
  /// @param stored its size as it lies in the image
  /// @param unpacked the sum of its files' sizes
  /// @param files how many there are
  /// @param largest the largest files
  /// @param modules the names of its kernel modules
  /// @param start what its systemd starts
  public record Initrd(
      long stored,
      long unpacked,
      int files,
      List<Sized> largest,
      SortedSet<String> modules,
      Start start) {}

  /// A file with its size unpacked.
  public record Sized(String path, long size) {}

  /// What a systemd starts.
  ///
  /// @param target the unit it boots into; empty if that is not said
  /// @param units the units that that pulls in by files and links; those of generators are not known
  /// @param generators programs that make units, all run before anything else
  public record Start(String target, SortedSet<String> units, SortedSet<String> generators) {
    static Start of(FileView files) throws IOException {
      UnitFiles units = new UnitFiles(files);
      String target = units.defaultTarget();
      return new Start(
          target,
          target.isEmpty() ? new TreeSet<>() : units.pulledInBy(target),
          units.generators());
    }
  }

  /// Something that costs time.
  ///
  /// @param subject a unit, a generator, a setting
  /// @param what it costs, or why it is needless
  public record Finding(String subject, String what) {}

  /// Tells the boot of an image.
  ///
  /// @throws IOException if it has no kernel image
  public static BootAnatomy of(DiskImage image) throws IOException {
    List<DiskImage.Kernel> kernels = image.kernels();
    if (kernels.isEmpty()) {
      throw new IOException("no kernel image to boot (expected: a disk, or a kernel image alone)");
    }
    DiskImage.Kernel kernel = kernels.getLast();
    SequencedMap<String, String> loader = new LinkedHashMap<>();
    Optional<FileView> root = Optional.empty();
    if (image.form() instanceof DiskImage.Form.Disk(var table)) {
      loader = settings(image.espFiles());
      if (table.first(PartitionType.ROOT_X86_64).isPresent()) {
        root = Optional.of(image.root());
      }
    }
    SequencedMap<String, Long> sections = new LinkedHashMap<>();
    kernel.sections().forEach((name, content) -> sections.put(name, content.size()));
    CommandLine commandLine = CommandLine.parse(kernel.text(UkiSection.Name.CMDLINE));
    ByteSource archive =
        kernel.sections().getOrDefault(UkiSection.Name.INITRD.text(), ByteSource.of(new byte[0]));
    FileView files = InitrdFiles.open(archive);
    Initrd initrd = initrd(archive, files);
    Start start =
        root.isPresent() ? Start.of(root.get()) : new Start("", new TreeSet<>(), new TreeSet<>());
    List<Finding> findings =
        BootFindings.of(loader, kernel.path(), commandLine, initrd, files, start, root);
    return new BootAnatomy(loader, kernel.path(), sections, commandLine, initrd, start, findings);
  }

  private static SequencedMap<String, String> settings(FileView esp) throws IOException {
    SequencedMap<String, String> settings = new LinkedHashMap<>();
    Optional<FileView.Seen> file = esp.resolve("loader/loader.conf");
    if (file.isPresent() && file.get() instanceof FileView.Seen.File text) {
      new String(text.content().readAll(1 << 16), StandardCharsets.UTF_8)
          .lines()
          .map(String::strip)
          .filter(line -> line.matches("[a-z-]+\\s+.*"))
          .forEach(line -> {
            String[] words = line.split("\\s+", 2);
            settings.put(words[0], words[1]);
          });
    }
    return settings;
  }

  private static Initrd initrd(ByteSource archive, FileView files) throws IOException {
    List<Sized> all = new ArrayList<>();
    collect(files, TreePath.ROOT, all);
    SortedSet<String> modules = new TreeSet<>();
    for (Sized file : all) {
      if (file.path().matches("/usr/lib/modules/.*\\.ko(\\.(xz|zst|gz))?")) {
        modules.add(
            file.path().replaceFirst(".*/", "").replaceFirst("\\.ko.*", "").replace('-', '_'));
      }
    }
    return new Initrd(
        archive.size(),
        all.stream().mapToLong(Sized::size).sum(),
        all.size(),
        all.stream()
            .sorted(Comparator.comparingLong(Sized::size).reversed().thenComparing(Sized::path))
            .limit(LARGEST)
            .toList(),
        modules,
        Start.of(files));
  }

  private static void collect(FileView files, TreePath folder, List<Sized> into)
      throws IOException {
    for (FileView.Seen each : files.list(folder)) {
      if (each instanceof FileView.Seen.File file) {
        into.add(new Sized(each.path().absolute(), file.content().size()));
      } else if (each.isDirectory()) {
        collect(files, each.path(), into);
      }
    }
  }
}
