package io.microvisor.compose.template;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.layout.ImageSize;
import io.microvisor.compose.layout.Partition;
import io.microvisor.compose.layout.Role;
import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.schema.EffectiveValues;
import io.microvisor.compose.schema.Fields;
import io.microvisor.compose.yaml.Yaml;
import io.microvisor.compose.yaml.YamlPrinter;
import io.microvisor.formats.gpt.SectorSize;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Turns a merged tree into a [Template], and checks what takes more than one value to see.
final class TemplateBinder {
  private static final long LARGEST_SIZE = 1L << 50;
  private static final int DEFAULT_LEVEL = 3;
  private static final int LONGEST_LABEL = 36 - "_".length() - "_verity".length();

  /// The releases of a distribution; of one that is not built, too, so that a wrong pair is told as what it is.
  private static final Map<String, List<String>> RELEASES =
      Map.of(
          "debian", List.of("debian13"),
          "azure-linux", List.of("azl3"),
          "edge-microvisor-toolkit", List.of("emt3"),
          "redhat-compatible-distro", List.of("el10"),
          "wind-river-elxr", List.of("elxr12", "elxr13"),
          "ubuntu", List.of("ubuntu24", "ubuntu26"));

  private final Yaml.Mapping root;
  private final Fields fields;
  private final TemplateFolder folder;
  private final List<Problem> problems;

  TemplateBinder(Yaml.Mapping root, TemplateFolder folder, List<Problem> problems) {
    this.root = root;
    this.fields = Fields.root(root, problems);
    this.folder = folder;
    this.problems = problems;
  }

  /// The template; meaningless unless no problem was added.
  Template bind() {
    Fields metadata = fields.block("metadata");
    RepositoryBinder binder = new RepositoryBinder(folder, problems);
    Template.Archive archive = RepositoryBinder.archive(fields.block("archive"));
    List<Template.PackageRepository> repositories =
        fields.blocks("packageRepositories").stream().map(binder::repository).toList();
    List<PackagePin> pins = fields.blocks("packagePins").stream().map(binder::pin).toList();
    Template.Image image = image(fields.block("image"));
    Fields target = fields.block("target");
    checkRelease(target);
    Fields system = fields.block("systemConfig");
    SystemConfig config = new SystemBinder(system, folder, problems).bind(image.name());
    checkLayout(fields.block("disk"), system);
    Disk disk = disk(fields.block("disk"), image, config.persistence());
    return new Template(
        new Template.Metadata(
            metadata.text("description", ""),
            metadata.texts("use_cases").stream().map(Fields.Item::text).toList(),
            metadata.texts("keywords").stream().map(Fields.Item::text).toList()),
        image,
        new Template.Target(
            target.text("os", ""),
            target.text("dist", ""),
            target.text("arch", ""),
            target.text("imageType", ""),
            target.place()),
        archive,
        repositories,
        pins,
        disk,
        config,
        problems.isEmpty()
            ? effective()
            : new EffectiveTemplate(
                "", Collections.emptySortedMap(), List.of(), Digest.sha256("")));
  }

  private void checkRelease(Fields target) {
    String os = target.text("os", "");
    String release = target.text("dist", "");
    List<String> releases = RELEASES.getOrDefault(os, List.of());
    if (!releases.isEmpty() && !release.isEmpty() && !releases.contains(release)) {
      problems.add(
          Problem.of(
              Code.CONTRADICTION,
              target.place("dist"),
              "dist: "
                  + release
                  + " is no release of "
                  + os
                  + " (expected: "
                  + String.join(" or ", releases)
                  + ")"));
    }
  }

  private Template.Image image(Fields image) {
    String name = image.text("name", "");
    String version = image.text("version", "");
    if (name.length() + version.length() > LONGEST_LABEL) {
      problems.add(
          Problem.of(
              Code.BAD_VALUE,
              image.place("name"),
              "name: with the version, "
                  + (name.length() + version.length())
                  + " characters (expected: at most "
                  + LONGEST_LABEL
                  + ", as both go into partition labels)"));
    }
    return new Template.Image(name, version, image.place());
  }

  private void checkLayout(Fields disk, Fields system) {
    boolean immutable = system.block("immutability").text("enabled", "").equalsIgnoreCase("true");
    if (disk.stated() && !disk.has("layout") && !immutable) {
      String found =
          disk.has("partitions")
              ? "asks for a mutable ext4 system with GRUB, which is not built yet"
              : "says nothing of its layout";
      problems.add(
          Problem.of(
              Code.MUTABLE_DISK,
              disk.place(),
              "disk: " + found + " (expected: layout: immutable)",
              "add layout: immutable below disk, or systemConfig.immutability.enabled: true"));
    }
  }

  private Disk disk(Fields disk, Template.Image image, Persistence persistence) {
    SectorSize sectors =
        disk.text("sectorSize", "512").equals("4096") ? SectorSize.B4096 : SectorSize.B512;
    int before = problems.size();
    Disk.Layout layout = immutable(disk, sectors);
    boolean sound = problems.size() == before;
    ImageSize size =
        disk.size("size").<ImageSize>map(ImageSize.Exactly::new).orElse(new ImageSize.Fitting());
    Disk bound = new Disk(layout, sectors, size, artifacts(disk), disk.place());
    if (size instanceof ImageSize.Exactly(ByteSize bytes)) {
      ByteSize needed = Partitioning.of(bound, image, persistence).leastImage();
      long least = sound ? needed.bytes() : 0; // a wrong slot is not a measure
      checkSize("size", disk, bytes, least, " for the slots and the partition table");
    }
    return bound;
  }

  private Disk.Immutable immutable(Fields disk, SectorSize sectors) {
    Fields slots = disk.block("slots");
    Disk.Slot esp = slot(slots, "esp", new Role.Esp().least(sectors));
    Disk.Slot root = slot(slots, "root", new Role.Root(Role.Slot.A).least(sectors));
    Disk.Slot verity = slot(slots, "rootVerity", new Role.RootVerity(Role.Slot.A).least(sectors));
    Disk.Slot state = slot(slots, "state", new Role.State().least(sectors));
    ByteSize tree = Role.hashTreeOf(root.size());
    if (verity.size().bytes() < tree.bytes()) {
      problems.add(
          Problem.of(
              Code.BAD_SIZE,
              verity.place(),
              "rootVerity: "
                  + verity.size()
                  + " cannot hold the hash tree of a full root of "
                  + root.size()
                  + " (expected: >= "
                  + tree
                  + ")"));
    }
    int level = (int) disk.whole("compressLevel").orElse(DEFAULT_LEVEL);
    return new Disk.Immutable(esp, root, verity, state, level);
  }

  private Disk.Slot slot(Fields slots, String key, ByteSize least) {
    ByteSize size = slots.size(key).orElse(least);
    boolean sound = checkSize(key, slots, size, least.bytes(), "");
    return new Disk.Slot(key, sound ? size : least, slots.place(key));
  }

  /// Whether a size can be one on a disk; if not, says each thing that is wrong with it.
  private boolean checkSize(String name, Fields block, ByteSize size, long least, String purpose) {
    List<String> wrong = new ArrayList<>();
    String written = block.text(name, size.toString());
    if (size.bytes() % Partition.ALIGNMENT != 0) {
      String next = size.alignUp(Partition.ALIGNMENT).bytes() / Partition.ALIGNMENT + "MiB";
      wrong.add(
          written + " is " + size.bytes() + " bytes, not whole MiB (expected: such as " + next);
    }
    if (size.bytes() < least) {
      wrong.add(written + " is too small (expected: >= " + new ByteSize(least) + purpose);
    }
    if (size.bytes() > LARGEST_SIZE) {
      wrong.add(written + " is too large (expected: <= " + new ByteSize(LARGEST_SIZE));
    }
    wrong.forEach(what ->
        problems.add(Problem.of(Code.BAD_SIZE, block.place(name), name + ": " + what + ")")));
    return wrong.isEmpty();
  }

  private List<Disk.Artifact> artifacts(Fields disk) {
    Map<String, Place> seen = new HashMap<>();
    List<Disk.Artifact> artifacts = new ArrayList<>();
    for (Fields artifact : disk.blocks("artifacts")) {
      String type = artifact.text("type", "");
      String compression = artifact.text("compression", "");
      Place first = seen.putIfAbsent(type + "." + compression, artifact.place());
      if (first != null && !type.isEmpty() && !compression.isEmpty()) {
        problems.add(
            Problem.of(
                Code.DUPLICATE_ENTRY,
                artifact.place(),
                "artifacts: the same as at " + first + " (expected: each once)"));
      }
      artifacts.add(
          new Disk.Artifact(
              type.equals("split") ? Disk.Type.SPLIT : Disk.Type.RAW,
              compression.equals("zstd") ? Disk.Compression.ZSTD : Disk.Compression.NONE,
              artifact.place()));
    }
    return artifacts;
  }

  private EffectiveTemplate effective() {
    List<LocalFile> files = folder.files();
    String text = YamlPrinter.print(root);
    return new EffectiveTemplate(text, EffectiveValues.of(root), files, identity(text, files));
  }

  private static Digest identity(String text, List<LocalFile> files) {
    StringBuilder all = new StringBuilder("emt template 1\n").append(text);
    for (LocalFile file : files) {
      all.append('\0').append(file.name()).append('\0').append(file.digest());
      all.append(file.executable() ? " executable" : "");
    }
    return Digest.sha256(all.toString());
  }
}
