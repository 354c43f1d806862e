package io.microvisor.compose.problem;

import java.util.Locale;

/// The kinds of problem. A code never changes its meaning and is never given to another.
public enum Code {
  UNKNOWN_KEY(
      "T001",
      "A key is not part of the vocabulary at this place. Most often it is misspelt or stands one level too deep or too"
          + " high; the message lists what may stand here and names the nearest."),
  DUPLICATE_KEY(
      "T002",
      "A key stands twice in one block. YAML leaves open which of the two would count, so neither is taken."),
  WRONG_TYPE(
      "T003",
      "A value is of another type than its key takes: a list where text belongs, a word where a number belongs. Texts"
          + " that YAML reads as something else (`true`, `null`) need quotes."),
  BAD_VALUE(
      "T004",
      "A value is of the right type but not one of those allowed, or does not have the form the key asks for."),
  MISSING_KEY("T005", "A required key is nowhere in the template or in those it extends."),
  NOT_BUILT(
      "T006",
      "The key or value is understood, but `emt` does not build this feature yet. It is refused rather than ignored, so"
          + " that no image lacks what its template promises. The reference of template keys shows the status of each."),
  BROKEN_YAML(
      "T007",
      "The file is not YAML 1.2 text in UTF-8. The place is where reading stopped; the mistake may stand just before."),
  TOO_LARGE(
      "T008",
      "The template exceeds a limit that keeps a hostile or broken file from filling the memory: 1 MiB, 24 levels of"
          + " nesting, 50,000 values with aliases counted at their full size."),
  UNSUPPORTED_YAML(
      "T009",
      "The file is YAML, but uses a part of it that has no meaning in templates: tags, keys that are not words, several"
          + " documents in one file."),
  UNREADABLE("T010", "The template, or one it extends, cannot be opened."),
  UNKNOWN_TEMPLATE(
      "T011",
      "`extends` names neither a shipped template nor a file. A value with a slash or the ending `.yaml` or `.yml` is a"
          + " file beside the template; any other is the name of a shipped template."),
  EXTENDS_TOO_DEEP(
      "T012", "Templates extend each other in a circle, or in a chain of more than four."),
  OUTSIDE_FOLDER(
      "T013",
      "A path leaves the template's folder, by `..`, by being absolute or through a symbolic link. Templates may come from"
          + " others: they must not be able to copy files of this machine into an image."),
  NOTHING_TO_REMOVE(
      "T014",
      "An entry with a leading minus removes an inherited entry, but none of that name is inherited."),
  DUPLICATE_ENTRY("T015", "Two entries claim the same name, number or place in the image."),
  MISSING_FILE(
      "T016",
      "A file the template names does not exist, cannot be read, or is not a regular file."),
  BAD_SSH_KEY(
      "T017",
      "A text is not a public key in the form of OpenSSH's authorized_keys: options (optional), type, base64, comment"
          + " (optional). The type inside the base64 part must be the type in front of it."),
  BAD_SIZE("T018", "A size is too small for its purpose or not aligned as disks need it."),
  BAD_CMDLINE(
      "T019",
      "The kernel command line holds a character that firmware or kernel would misread, or a parameter that `emt` sets"
          + " itself."),
  MUTABLE_DISK(
      "T020",
      "A `disk` without immutability asks, as in Image Composer Tool, for a mutable ext4 system started by GRUB. That is"
          + " not built yet. Ask for an immutable image with `disk.layout: immutable` or"
          + " `systemConfig.immutability.enabled: true`."),
  CONTRADICTION("T021", "Two statements of the template exclude each other."),
  OUT_OF_SCOPE("T022", "The target is understood but not something `emt` builds images for, yet."),
  PARTITION_TOO_SMALL(
      "T023",
      "A declared slot cannot hold what the build made for it. The message says how much is needed."),
  UNKNOWN_PACKAGE(
      "T024",
      "No repository of the template has a package of this name, nor one that provides it."),
  UNSOLVABLE(
      "T025",
      "The packages exist but cannot be installed together. The message is the chain of reasons from the wish to the"
          + " conflict."),
  UNKNOWN_UNIT("T026", "A service to enable, disable or mask is not in the image."),
  UNKNOWN_GROUP(
      "T027", "A user or file names a group or owner that no package and no template creates."),
  STALE_LOCK(
      "T028",
      "With `--frozen`, the lock must be there and must have been made for exactly what the template asks for. Each"
          + " difference is a problem of its own; `emt lock` takes the template's changes into the lock and keeps all else"
          + " in it."),
  NO_PLACE(
      "T030",
      "A path of the template leads to where nothing of the kind can be put: through a file, to a folder where a file is to"
          + " be or the other way round, to a path that the build writes itself, or to one that the running system hides"
          + " behind what it mounts there."),
  UNKNOWN_LOCALE(
      "T031",
      "A locale is not in the image. The C library has only those that the package `locales` was told to make, and C.UTF-8."
          + " A language alone (`de`) asks for translations and no locale."),
  NO_LOGIN(
      "T032",
      "A boot of the image starts a getty, which asks on a console who is there, but the program that it hands the answer to"
          + " is missing: the console would ask for ever and let nobody in."),
  NOT_ENABLED(
      "T036",
      "A unit is in the image but cannot be enabled as it asks in its [Install] section: it is masked, a template without"
          + " an instance, or another unit has its other name. `systemctl enable` refuses it, too."),
  KERNEL_LACKS(
      "T040",
      "The kernel cannot boot such an image, or has no module of a name. Kernels are checked by the configuration in their"
          + " package and by their modules, so that the build fails instead of the machine."),
  MODULE_NOT_BUILT(
      "T041",
      "A kernel module cannot be built from its source: its package says that it does not support the kernel, the compiler"
          + " fails, or there are no headers for the kernel. The message shows what the build said."),
  NOT_KEPT(
      "T050",
      "A path that is to keep its changes lies where nothing can be kept, inside another that is kept, or is not in the"
          + " image although it is to begin as the image has it."),
  BAD_LAYOUT_ENV(
      "T051",
      "A layout.env of Edge Microvisor Toolkit says something that its reader would trip over or pass by, or that is more"
          + " than text: it is a shell file, of which only assignments are read."),
  BAD_DEBCONF(
      "T060",
      "A debconf answer is for a package that is not in the image, for a question that no package asks, or not one that"
          + " its question allows."),
  NUMBER_TAKEN(
      "T061",
      "Two users, or two groups, would have the same number. Numbers that the template states win; those of packages'"
          + " accounts follow from their names."),
  USER_LACKS(
      "T062",
      "What the template says of a user would have no effect, because the image lacks what it takes: the shell, sudo, an ssh"
          + " server, or a home folder for ssh keys."),
  BAD_ANSWER(
      "T070",
      "A line of an answers file, which tells a machine its configuration from outside, is not one that machines take. A"
          + " machine that finds such a file says the same on its console and takes none of it.");

  private final String id;
  private final String meaning;

  Code(String id, String meaning) {
    this.id = id;
    this.meaning = meaning;
  }

  /// The code as shown to people and machines: `T001`.
  public String id() {
    return id;
  }

  /// The name as shown to people: `unknown-key`.
  public String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// One paragraph for the reference.
  public String meaning() {
    return meaning;
  }
}
