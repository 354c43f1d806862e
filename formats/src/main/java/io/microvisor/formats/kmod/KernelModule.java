package io.microvisor.formats.kmod;

import io.microvisor.bytes.FormatException;
import java.util.ArrayList;
import java.util.List;

/// What one module file says of itself.
///
/// @param path where it is, relative to the version's folder: `kernel/fs/erofs/erofs.ko.xz`
/// @param info its `.modinfo`, in order
/// @param exported the symbols it offers
/// @param imported the symbols it needs, in the order of its symbol table
public record KernelModule(
    String path, List<Tag> info, List<String> exported, List<String> imported) {
  /// One `key=value` of `.modinfo`.
  public record Tag(String key, String value) {}

  public KernelModule {
    info = List.copyOf(info);
    exported = List.copyOf(exported);
    imported = List.copyOf(imported);
  }

  /// Reads a module.
  ///
  /// @param elf the file's bytes, decompressed; a signature appended to them does no harm
  /// @throws FormatException if it is no 64-bit little-endian ELF file, or damaged
  public static KernelModule parse(String path, byte[] elf) throws FormatException {
    return ModuleObject.parse(path, elf).module(path);
  }

  /// The module's name as the kernel knows it: the file name up to its first dot, with `_` for `-`.
  public String name() {
    return nameOf(path);
  }

  /// The name of the module in the file at `path`.
  static String nameOf(String path) {
    String file = path.substring(path.lastIndexOf('/') + 1);
    int dot = file.indexOf('.');
    return (dot < 0 ? file : file.substring(0, dot)).replace('-', '_');
  }

  /// The values of one `.modinfo` key, in order: `alias`, `softdep`, `weakdep`, `firmware`, ...
  public List<String> values(String key) {
    List<String> values = new ArrayList<>();
    for (Tag each : info) {
      if (each.key().equals(key)) {
        values.add(each.value());
      }
    }
    return values;
  }

  /// The same module in another file.
  public KernelModule at(String otherPath) {
    return new KernelModule(otherPath, info, exported, imported);
  }
}
