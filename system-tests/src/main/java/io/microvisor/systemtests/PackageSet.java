package io.microvisor.systemtests;

import io.microvisor.bytes.ByteSource;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.packages.unpack.UnpackedPackage;
import io.microvisor.packages.unpack.Unpacker;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Packages of the suite with all they need, fetched and unpacked.
///
/// @param files the packages' files
/// @param unpacked what is in them, in the same order
public record PackageSet(List<Path> files, List<UnpackedPackage> unpacked) {
  public PackageSet {
    files = List.copyOf(files);
    unpacked = List.copyOf(unpacked);
  }

  /// The packages for some wishes, without recommended ones.
  public static PackageSet of(Archive archive, List<String> wishes)
      throws IOException, InterruptedException {
    archive.snapshots();
    List<Wish> wanted = wishes.stream().map(Wish::of).toList();
    Resolution<DebPackage> found = archive.supply().solve(wanted, DebPolicy.of("amd64"), _ -> {});
    if (!(found instanceof Resolution.Solved<DebPackage> solved)) {
      throw new AssertionError(wishes + ": " + found);
    }
    Lock lock = archive.supply().lock(solved, "amd64", wishes, _ -> {});
    return of(archive, lock);
  }

  /// The packages of a lock.
  public static PackageSet of(Archive archive, Lock lock) throws IOException, InterruptedException {
    List<Path> files = archive.supply().fetch(lock, _ -> {});
    return new PackageSet(files, archive.supply().unpack(lock, files, (_, _) -> {}));
  }

  /// These and others.
  public PackageSet and(List<Path> more, Store store) throws IOException {
    List<Path> allFiles = new ArrayList<>(files);
    List<UnpackedPackage> all = new ArrayList<>(unpacked);
    for (Path file : more) {
      allFiles.add(file);
      all.add(new Unpacker(store).unpack(ByteSource.of(file)));
    }
    return new PackageSet(allFiles, all);
  }
}
