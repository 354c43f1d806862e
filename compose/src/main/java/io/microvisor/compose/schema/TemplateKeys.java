package io.microvisor.compose.schema;

import static io.microvisor.compose.schema.Key.emt;
import static io.microvisor.compose.schema.Key.ict;

import io.microvisor.compose.schema.Key.Merge;
import io.microvisor.compose.schema.Shape.Block;
import io.microvisor.compose.schema.Shape.Choice;
import io.microvisor.compose.schema.Shape.Flag;
import io.microvisor.compose.schema.Shape.Items;
import io.microvisor.compose.schema.Shape.Option;
import io.microvisor.compose.schema.Shape.Size;
import io.microvisor.compose.schema.Shape.Text;
import io.microvisor.compose.schema.Shape.Whole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// The one table of keys. It drives the parser, the messages, completion, the reference page and the JSON Schema: what
/// is not here does not exist, and what is here is documented.
///
/// The words are those of Image Composer Tool's templates, with their meaning, and ours among them. The table of
/// `systemConfig` stands in [SystemKeys].
public final class TemplateKeys {
  /// Everything a template may say.
  public static final Block ROOT =
      block(
          ict(
              "extends",
              text(Syntax.TEMPLATE),
              "The template this one builds on: the name of a shipped one (`edge`, `minimal`) or a"
                  + " file in this folder or below. Chains of up to four are allowed."),
          metadata(),
          image(),
          target(),
          archive(),
          ict(
                  "packageRepositories",
                  items(RepositoryKeys.REPOSITORY),
                  "Package repositories besides the distribution's own archive.")
              .merged(Merge.APPEND),
          RepositoryKeys.PINS,
          ict(
                  "baseline",
                  block(
                      ict("mode", choice("create overlay"), "Build from nothing, or on an image.")
                          .otherwise("create"),
                      ict(
                          "source",
                          block(
                              ict("path", line(), "The image's file."),
                              ict("url", text(Syntax.URL), "The image's address."),
                              ict("format", choice("raw qcow2 vhd vhdx"), "Its format."),
                              ict("sbomPath", line(), "Its bill of materials.")),
                          "The image to build on.")),
                  "An existing image to add to.")
              .notBuilt(),
          overlayPolicy(),
          disk(),
          SystemKeys.SYSTEM,
          ict(
                  "sbomPackageMetadata",
                  items(new Shape.Named(Syntax.LINE, line())),
                  "Written by Image Composer Tool itself, never by hand.")
              .notBuilt(),
          ict(
                  "resolvedKernelPackages",
                  lines(),
                  "Written by Image Composer Tool itself, never by hand.")
              .notBuilt());

  private TemplateKeys() {}

  /// A key with the path that leads to it.
  ///
  /// @param path `systemConfig.users[].name`
  public record Located(String path, Key key) {}

  /// Every key of the vocabulary, in the order of the table, parents before children.
  public static List<Located> keys() {
    List<Located> all = new ArrayList<>();
    collect("", ROOT, all);
    return List.copyOf(all);
  }

  private static void collect(String prefix, Shape shape, List<Located> all) {
    switch (shape) {
      case Block block -> {
        for (Key key : block.keys()) {
          String path = prefix.isEmpty() ? key.name() : prefix + "." + key.name();
          all.add(new Located(path, key));
          collect(path, key.shape(), all);
        }
      }
      case Items items -> collect(prefix + "[]", items.of(), all);
      case Shape.Named named -> collect(prefix + ".*", named.of(), all);
      case Text _, Flag _, Whole _, Size _, Choice _ -> {}
    }
  }

  private static Key metadata() {
    return ict(
            "metadata",
            block(
                ict("description", text(Syntax.TEXT), "What the image is for.").note(),
                ict("use_cases", lines(), "Where it is used.").note(),
                ict("keywords", lines(), "Words to find it by.").note()),
            "About the template, for people and catalogues.")
        .note();
  }

  private static Key image() {
    return ict(
            "image",
            block(
                ict(
                        "name",
                        text(Syntax.IMAGE_NAME),
                        "The image's name. Artifacts, partitions and boot entries carry it.")
                    .must(),
                ict(
                        "version",
                        text(Syntax.IMAGE_VERSION),
                        "The image's version. Updates and boot entries are ordered by it. With the"
                            + " name, at most 28 characters.")
                    .must()),
            "What is built.")
        .must();
  }

  private static Key target() {
    return ict(
            "target",
            block(
                ict(
                        "os",
                        options(
                            "debian",
                            "azure-linux edge-microvisor-toolkit redhat-compatible-distro"
                                + " wind-river-elxr ubuntu"),
                        "The distribution.")
                    .must(),
                ict(
                        "dist",
                        options("debian13", "azl3 emt3 el10 elxr12 elxr13 ubuntu24 ubuntu26"),
                        "Its release. `debian13` is trixie.")
                    .must(),
                ict("arch", options("x86_64", "aarch64"), "The processor.").must(),
                ict("imageType", options("raw", "img iso wsl2"), "The kind of image.").must()),
            "What it is built for.")
        .must();
  }

  private static Key archive() {
    return emt(
        "archive",
        block(
            emt(
                "mirror",
                text(Syntax.URL),
                "The mirror to fetch the distribution from. Without it `--mirror`, then the host's"
                    + " apt configuration decides."),
            emt(
                    "components",
                    items(text(Syntax.COMPONENT)),
                    "The components of the archive to take packages from.")
                .otherwise("[main]")
                .merged(Merge.UNION),
            emt(
                    "suites",
                    items(text(Syntax.SUITE)),
                    "Further suites of the archive, such as `trixie-backports`. Whether their"
                        + " packages are taken unasked is up to the suite, or to `packagePins`.")
                .merged(Merge.UNION)),
        "The distribution's own archive: the release of `target.dist` with its updates and security"
            + " updates.");
  }

  private static Key overlayPolicy() {
    return ict(
            "overlayPolicy",
            block(
                ict(
                    "packageOperation",
                    choice("additive-only additive-and-upgrade"),
                    "What may happen to packages."),
                ict("conflictPolicy", choice("fail allow-explicit"), "What conflicts do."),
                ict("kernelCmdline", text(Syntax.KERNEL_PARAMETERS), "A new command line."),
                ict("grubDefault", line(), "The default entry."),
                ict("allowPackageRemoval", new Flag(), "Whether packages may go."),
                ict("allowDiskResize", new Flag(), "Whether the disk may grow."),
                ict(
                    "replaceKernel",
                    block(
                        ict("package", text(Syntax.PACKAGE), "The kernel package.").must(),
                        ict("additionalPackages", lines(), "Packages with it."),
                        ict("enableExtraModules", line(), "Modules to add."),
                        ict("version", line(), "The kernel's version.")),
                    "Another kernel.")),
            "What may change in an existing image.")
        .notBuilt();
  }

  private static Key disk() {
    return ict(
            "disk",
            block(
                ict("name", line(), "A name for the layout.").note(),
                ict("path", line(), "The disk to install to.").notBuilt(),
                ict(
                        "selectionPolicy",
                        block(
                            ict("strategy", choice("first largest fastest"), "Which disk."),
                            ict("excludeRemovable", new Flag(), "Skips removable disks."),
                            ict("requireEmpty", new Flag(), "Skips disks that hold something.")),
                        "How an installer chooses the disk.")
                    .notBuilt(),
                ict("extendLastPartitionToFillDisk", new Flag(), "Grows the last one.").notBuilt(),
                emt(
                    "layout",
                    choice("immutable"),
                    "Our layout: an EFI system partition, a read-only EROFS root on dm-verity, and"
                        + " room for the second slot that the first boot makes."),
                emt(
                    "slots",
                    block(
                        emt("esp", new Size(), "The EFI system partition.").otherwise("512MiB"),
                        emt(
                                "root",
                                new Size(),
                                "One root file system. Frozen with the first release: choose it"
                                    + " with room for updates.")
                            .otherwise("1GiB"),
                        emt("rootVerity", new Size(), "The hash tree of one root.")
                            .otherwise("16MiB"),
                        emt(
                                "state",
                                new Size(),
                                "The least room for the state, where `persistence.state` asks for"
                                    + " one. It gets all that is left of the disk.")
                            .otherwise("1GiB")),
                    "The sizes of the partitions, in whole MiB."),
                emt(
                        "compressLevel",
                        new Whole(1, 19),
                        "How hard zstd works on the root file system: 1 is fast, 19 is small. What"
                            + " reading it costs hardly depends on it.")
                    .otherwise("3"),
                emt(
                        "sectorSize",
                        choice("512 4096"),
                        "The logical sector of the disks that the image is for; most have 512 bytes."
                            + " With 4096 the ESP takes 257 MiB or more.")
                    .otherwise("512"),
                ict(
                        "artifacts",
                        items(
                            block(
                                ict(
                                        "type",
                                        options("raw split", "qcow2 vhd vhdx vmdk vdi tar"),
                                        "The form: `raw` is the whole disk, `split` (ours) the kernel"
                                            + " image, root, hash tree and root hash as files.")
                                    .must(),
                                ict(
                                        "compression",
                                        options("none zstd", "gz gzip xz bz2"),
                                        "How it is compressed.")
                                    .otherwise("none"))),
                        "The files to make. The raw image and its manifest are always made.")
                    .otherwise("[{type: raw}]"),
                ict(
                    "size",
                    new Size(),
                    "The disk's size. Without it, as large as the first slot needs."),
                ict("maxSize", new Size(), "How far the disk may grow.").notBuilt(),
                ict("partitionTableType", options("gpt", "mbr"), "The partition table.")
                    .otherwise("gpt"),
                ict("partitions", items(partition()), "Partitions one by one.").notBuilt()),
            "The disk and what is made from it. A template that states a `disk` replaces an"
                + " inherited one as a whole.")
        .merged(Merge.REPLACE);
  }

  private static Block partition() {
    return block(
        ict("id", line(), "A name within the template."),
        ict("index", new Whole(1, 128), "The place in the table."),
        ict("name", line(), "The label."),
        ict("type", line(), "The type by name, such as esp or linux-root-amd64."),
        ict("typeUUID", text(Syntax.GUID), "The type by GUID."),
        ict("fsType", line(), "The file system."),
        ict("fsLabel", line(), "Its label."),
        ict("start", new Size(), "Where it begins."),
        ict("end", new Size(), "Where it ends; 0 for the rest."),
        ict("mountPoint", line(), "Where it is mounted."),
        ict("mountOptions", line(), "How."),
        ict("flags", lines(), "Flags such as boot."));
  }

  static Block block(Key... keys) {
    return new Block(List.of(keys));
  }

  static Text text(Syntax syntax) {
    return new Text(syntax);
  }

  static Text line() {
    return new Text(Syntax.LINE);
  }

  static Items lines() {
    return new Items(line());
  }

  static Items items(Shape of) {
    return new Items(of);
  }

  static Choice choice(String words) {
    return options(words, "");
  }

  static Choice options(String built, String notBuilt) {
    return new Choice(
        Stream.concat(
                words(built).map(word -> new Option(word, Status.BUILT)),
                words(notBuilt).map(word -> new Option(word, Status.NOT_BUILT)))
            .toList());
  }

  private static Stream<String> words(String words) {
    return Arrays.stream(words.split(" ", -1)).filter(word -> !word.isEmpty());
  }
}
