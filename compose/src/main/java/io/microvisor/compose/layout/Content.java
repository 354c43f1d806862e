package io.microvisor.compose.layout;

/// What is in a partition, and with it who makes the partition.
public sealed interface Content {
  /// Something that was built: the image has the partition.
  enum Built implements Content {
    /// FAT32 with boot loader, its settings, and the kernel image.
    ESP_FILES,
    /// The root file system.
    ROOT_IMAGE,
    /// Its dm-verity hash tree.
    HASH_TREE
  }

  /// What a machine puts there: its first boot makes the partition.
  enum OnMachine implements Content {
    /// Nothing, until an update.
    NOTHING,
    /// A file system of its own.
    EXT4
  }
}
