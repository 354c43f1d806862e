package io.microvisor.cli.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Json;
import io.microvisor.cli.terminal.JsonOption;
import io.microvisor.cli.terminal.Printable;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.inspect.BootAnatomy;
import io.microvisor.compose.inspect.DiskImage;
import io.microvisor.compose.inspect.ImageSizes;
import io.microvisor.compose.inspect.PackageSizes;
import io.microvisor.compose.inspect.SizeReport;
import io.microvisor.formats.verity.VerityVerdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `emt inspect`.
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    header = "Tells what is in an image.",
    description = {
      "Partitions, root hash, kernels with their command line, the operating system, and what takes the room. Read from"
          + " the image itself, and from the manifest beside it where that is there."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  emt inspect                       the image built last",
      "  emt inspect --verify edge         hash all of it and compare with the root hash",
      "  emt inspect --json disk.raw",
      "  emt inspect --size --depth 3      where the bytes are",
      "  emt inspect --html sizes.html     the same as a picture",
      "  emt inspect --boot                what its boot consists of",
      "  emt inspect --layout              what a machine keeps, and where",
      "  emt inspect edge_0.1.efi          a kernel image alone"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:told, and, with --verify, intact",
      "1:no such image, or it is damaged",
      "2:--verify, --boot, --layout, --size: more than one of them"
    })
public final class InspectCommand implements Callable<Integer> {
  private static final int LARGEST = 6;

  private final Terminal terminal;
  @Mixin private ImageArgument image = new ImageArgument();

  @Option(
      names = "--verify",
      description = "Hash the whole root file system and compare it with the root hash.")
  private boolean verify;

  @Option(
      names = "--boot",
      description = {
        "Tell what the boot consists of: boot loader, kernel image, command line word by word, the initrd, what systemd"
            + " starts; and what of it costs time and need not."
      })
  private boolean boot;

  @Option(
      names = "--layout",
      description = {
        "Tell the partitions of a machine's disk, those that its first boot makes included, and who owns which path: where it"
            + " lies, and what is there after a restart, an update, a factory reset."
      })
  private boolean layout;

  @Mixin private SizeOptions sizes = new SizeOptions();
  @Mixin private JsonOption json = new JsonOption();

  /// A command of this world.
  public InspectCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException, FailureException {
    boolean wantsSizes = sizes.wanted();
    Path file = image.path(terminal);
    try (DiskImage opened = DiskImage.open(file)) {
      if (wantsSizes) {
        showSizes(opened, file);
        return ExitCode.OK.value();
      }
      if (boot) {
        showBoot(opened, file);
        return ExitCode.OK.value();
      }
      if (layout) {
        showLayout(opened, file);
        return ExitCode.OK.value();
      }
      // One element or none: the verdict, if it was asked for. First, for what is damaged may be
      // beyond reading.
      List<VerityVerdict> verdict = verify ? List.of(opened.verify()) : List.of();
      Inspection found = inspect(opened, file, verdict);
      Map<String, Object> manifest = manifest(file);
      if (json.wanted()) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("file", file.toString());
        answer.putAll(found.json());
        verdict.forEach(each -> {
          answer.put("intact", each instanceof VerityVerdict.Intact);
          answer.put("verity", words(each));
        });
        answer.put("manifest", manifest);
        terminal.out().println(Json.of(answer));
      } else {
        show(file, found, verdict, manifest);
      }
      return (isDamaged(verdict) ? ExitCode.FAILED : ExitCode.OK).value();
    }
  }

  private void showBoot(DiskImage opened, Path file) throws IOException {
    BootAnatomy anatomy = BootAnatomy.of(opened);
    if (json.wanted()) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("file", file.toString());
      answer.putAll(BootView.json(anatomy));
      terminal.out().println(Json.of(answer));
    } else {
      BootView.print(anatomy, terminal.out());
    }
  }

  private void showLayout(DiskImage opened, Path file) throws IOException {
    LayoutView view = LayoutView.of(opened);
    if (json.wanted()) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("file", file.toString());
      answer.putAll(view.json());
      terminal.out().println(Json.of(answer));
    } else {
      view.print(terminal.out());
    }
  }

  private void showSizes(DiskImage opened, Path file) throws IOException {
    ImageSizes found = ImageSizes.of(opened, String.valueOf(file.getFileName()));
    if (found.packages().isEmpty()) {
      found = new ImageSizes(found.tree(), archives(file));
    }
    if (sizes.html().isPresent()) {
      Path page = terminal.workingDirectory().resolve(sizes.html().get());
      try {
        Files.writeString(page, SizeReport.html(found));
      } catch (IOException e) {
        throw FullDiskException.named(page.toAbsolutePath().resolveSibling(""), e);
      }
      terminal.err().println("wrote " + page);
    }
    if (sizes.printed()) {
      SizeView view = new SizeView(sizes.depth(json.wanted()), sizes.limit(json.wanted()));
      if (json.wanted()) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("file", file.toString());
        answer.putAll(view.json(found));
        terminal.out().println(Json.of(answer));
      } else {
        view.print(found, terminal.out());
      }
    }
  }

  /// The packages of the manifest beside the image, by the sizes of their archives.
  private static PackageSizes archives(Path file) throws IOException {
    return new PackageSizes(
        PackageSizes.Basis.ARCHIVES,
        ours(file).stream()
            .flatMap(manifest -> manifest.path("packages").valueStream())
            .map(each ->
                new PackageSizes.PackageSize(
                    each.path("name").asText(), 0, each.path("size").asLong(), 0))
            .toList());
  }

  private static boolean isDamaged(List<VerityVerdict> verdict) {
    return verdict.stream().anyMatch(each -> !(each instanceof VerityVerdict.Intact));
  }

  private static Inspection inspect(DiskImage image, Path file, List<VerityVerdict> verdict)
      throws IOException, FailureException {
    try {
      return Inspection.of(image);
    } catch (FormatException e) {
      if (!isDamaged(verdict)) {
        throw e;
      }
      throw new FailureException(
          ExitCode.FAILED,
          file.getFileName() + ": " + words(verdict.getFirst()) + "; " + e.getMessage());
    }
  }

  private void show(
      Path file, Inspection found, List<VerityVerdict> verdict, Map<String, Object> manifest) {
    PrintWriter out = terminal.out();
    out.println(
        Printable.text(String.valueOf(file.getFileName()))
            + ": "
            + found.kind()
            + ", "
            + new ByteSize(found.size()));
    found.faults().forEach(fault -> out.println("  damaged: " + Printable.text(fault)));
    for (Inspection.Partition each : found.partitions()) {
      String used =
          each.used().isPresent() ? new ByteSize(each.used().getAsLong()).toString() : "?";
      out.println(
          "  %d  %-19s %-24s %9s of %9s  %s%s"
              .formatted(
                  each.number(),
                  each.type(),
                  Printable.text(each.label()),
                  used,
                  new ByteSize(each.size()),
                  each.uuid(),
                  each.flags().isEmpty() ? "" : "  " + String.join(", ", each.flags())));
    }
    if (!found.rootHash().isEmpty()) {
      String state = verdict.isEmpty() ? "not verified (--verify does)" : words(verdict.getFirst());
      line("root hash", found.rootHash());
      line("verity", state);
    }
    for (Inspection.Kernel kernel : found.kernels()) {
      line(
          "kernel",
          Printable.text(kernel.version() + "  " + kernel.path()).strip()
              + "  "
              + new ByteSize(kernel.size()));
      line("  command line", Printable.text(kernel.commandLine()));
      StringJoiner sections = new StringJoiner(", ");
      kernel
          .sections()
          .forEach((name, size) -> sections.add(Printable.text(name) + " " + new ByteSize(size)));
      line("  sections", sections.toString());
    }
    if (!found.release().isEmpty()) {
      line("system", system(found.release()));
    }
    contents(found.contents());
    manifest.forEach((name, value) -> line(name, Printable.text(String.valueOf(value))));
  }

  private void contents(ImageContents contents) {
    if (contents.files() == 0) {
      return;
    }
    line("files", contents.files() + ", " + new ByteSize(contents.bytes()) + " of content");
    line("  largest", largest(contents.folders()));
    if (!contents.packages().isEmpty()) {
      line("packages", Integer.toString(contents.packages().size()));
      line("  largest", largest(contents.packages()));
    }
  }

  private void line(String name, String value) {
    terminal.out().println("%-14s  %s".formatted(name, value).stripTrailing());
  }

  private static String system(Map<String, String> release) {
    String name = release.getOrDefault("PRETTY_NAME", release.getOrDefault("ID", "?"));
    String id = release.getOrDefault("IMAGE_ID", "");
    String version = release.getOrDefault("IMAGE_VERSION", "");
    return Printable.text((name + (id.isEmpty() ? "" : ", image " + id + " " + version)).strip());
  }

  private static String largest(List<ImageContents.Sized> all) {
    return all.stream()
        .limit(LARGEST)
        .map(each -> Printable.text(each.name()) + " " + new ByteSize(each.bytes()))
        .collect(Collectors.joining(", "));
  }

  private static String words(VerityVerdict verdict) {
    return switch (verdict) {
      case VerityVerdict.Intact _ -> "intact: every block is what the root hash says";
      case VerityVerdict.TreeDamaged(int level, long block) ->
          "DAMAGED: block " + block + " of the hash tree, level " + level;
      case VerityVerdict.DataDamaged(List<Long> blocks) ->
          "DAMAGED: "
              + blocks.size()
              + " of the root's blocks, the first at byte "
              + blocks.getFirst() * 4096;
    };
  }

  /// What the manifest beside the image says that the image does not.
  private static Map<String, Object> manifest(Path file) throws IOException {
    Map<String, Object> facts = new LinkedHashMap<>();
    Optional<JsonNode> ours = ours(file);
    if (ours.isPresent()) {
      JsonNode manifest = ours.get();
      facts.put("built at", manifest.path("time").asText());
      facts.put("built from", manifest.path("packages").size() + " packages");
      facts.put(
          "archives",
          manifest
              .path("inputs")
              .path("repositories")
              .valueStream()
              .map(each -> each.path("suite").asText() + " of " + each.path("date").asText())
              .collect(Collectors.joining(", ")));
    }
    return facts;
  }

  /// The manifest beside the image, `<name>-<version>.manifest.json`; empty if there is none that names this image.
  private static Optional<JsonNode> ours(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    for (int dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
      Path beside = file.resolveSibling(name.substring(0, dot) + ".manifest.json");
      if (Files.isRegularFile(beside)) {
        JsonNode manifest = Json.read(Files.readString(beside), beside.toString());
        if (manifest
            .path("artifacts")
            .valueStream()
            .anyMatch(each -> each.path("file").asText().equals(name))) {
          return Optional.of(manifest);
        }
      }
    }
    return Optional.empty();
  }
}
