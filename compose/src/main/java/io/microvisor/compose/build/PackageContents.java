package io.microvisor.compose.build;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.Inode;
import io.microvisor.packages.unpack.UnpackedPackage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The contents of many packages' files, found in one look-up.
final class PackageContents {
  private PackageContents() {}

  static ContentSource of(List<UnpackedPackage> packages) {
    Map<Digest, ContentSource> owners = new HashMap<>();
    for (UnpackedPackage each : packages) {
      each.tree()
          .entries()
          .forEach(entry -> {
            if (entry.inode() instanceof Inode.RegularFile file) {
              owners.put(file.content(), each.contents());
            }
          });
    }
    return digest -> Optional.ofNullable(owners.get(digest)).flatMap(owner -> owner.find(digest));
  }
}
