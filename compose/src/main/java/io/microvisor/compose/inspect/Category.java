package io.microvisor.compose.inspect;

import java.util.List;

/// What a part of an image is for: the colours of the picture.
enum Category {
  KERNEL("kernel", "#f2a66d"),
  INITRD("initrd", "#f7d25c"),
  MODULES("kernel modules", "#9fce86"),
  FIRMWARE("firmware", "#86d0c2"),
  LIBRARIES("libraries and parts of programs", "#93bfe8"),
  PROGRAMS("programs", "#b6a8dd"),
  SHARED("shared files", "#f2a3bd"),
  OTHER("other files", "#d8cbb0"),
  HASHES("hash tree", "#bdc3c9"),
  OVERHEAD("formats' own", "#dfe3e6");

  private final String title;
  private final String colour;

  Category(String title, String colour) {
    this.title = title;
    this.colour = colour;
  }

  String title() {
    return title;
  }

  /// As in CSS. Black text is readable on all of them.
  String colour() {
    return colour;
  }

  /// That of the last part of a chain from the whole on.
  static Category of(List<SizeTree> chain) {
    StringBuilder path = new StringBuilder();
    for (SizeTree part : chain) {
      switch (part.kind()) {
        case IMAGE -> {}
        case PARTITION -> path.setLength(0);
        case KERNEL_IMAGE -> {
          if (part.equals(chain.getLast())) {
            return KERNEL;
          }
        }
        case SECTION -> {
          return part.name().equals(".initrd") || part.name().equals(".ucode") ? INITRD : KERNEL;
        }
        case OVERHEAD -> {
          return OVERHEAD;
        }
        case FOLDER, FILE -> path.append(part.name()).append('/');
      }
    }
    SizeTree last = chain.getLast();
    return last.kind() == SizeTree.Kind.PARTITION && last.parts().isEmpty()
        ? HASHES
        : ofPath(path.toString());
  }

  private static Category ofPath(String path) {
    if (path.startsWith("usr/lib/modules/")) {
      return MODULES;
    }
    if (path.startsWith("usr/lib/firmware/")) {
      return FIRMWARE;
    }
    if (path.startsWith("usr/lib")) {
      return LIBRARIES;
    }
    if (path.matches("usr/(s?bin|libexec)/.*|EFI/.*")) {
      return PROGRAMS;
    }
    return path.startsWith("usr/share/") ? SHARED : OTHER;
  }
}
