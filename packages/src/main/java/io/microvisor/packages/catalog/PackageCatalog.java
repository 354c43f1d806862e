package io.microvisor.packages.catalog;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Priority;
import io.microvisor.packages.deb.Relation;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Packages, each with a position from 0, in the order of the index they come from. Immutable, and for any number of
/// threads.
///
/// A package is made when it is asked for, and again when it is asked for again: keep what you need.
public interface PackageCatalog {
  /// A catalogue of nothing.
  PackageCatalog EMPTY = of(List.of());

  /// A catalogue of packages at hand, of which nothing but names can be searched.
  static PackageCatalog of(List<DebPackage> packages) {
    return of(packages, List.of());
  }

  /// The same, beside which there are packages that could not be read.
  static PackageCatalog of(List<DebPackage> packages, List<LeftOut> leftOut) {
    return new ListCatalog(packages, leftOut);
  }

  /// One catalogue of several: the packages of the first, those of the second, and so on.
  static PackageCatalog joined(List<PackageCatalog> parts) {
    return parts.size() == 1 ? parts.getFirst() : new JoinedCatalog(parts);
  }

  /// How many packages there are.
  int size();

  /// The package at a position.
  ///
  /// @throws IndexOutOfBoundsException if there is no such position
  DebPackage item(int position);

  /// Where the packages of a name are, in their order.
  int[] named(String name);

  /// Who provides a name, in the order of the packages and of what they provide. A package whose `Provides` cannot be
  /// read provides nothing.
  List<Provided> providers(String name);

  /// The names of packages, each once, in order.
  List<String> names();

  /// The names that packages provide, each once, in order.
  List<String> providedNames();

  /// Where the essential packages are, in their order.
  int[] essential();

  /// Where the packages of a priority are, in their order.
  int[] ofPriority(Priority priority);

  /// The packages that all of some words fit, best first: see [SearchText#search].
  ///
  /// @throws IOException if the search text cannot be had
  List<SearchHit> search(List<String> words) throws IOException, InterruptedException;

  /// What the indexes have besides and could not be read, in their order.
  default List<LeftOut> leftOut() {
    return List.of();
  }

  /// All packages, in their order.
  default Stream<DebPackage> stream() {
    return IntStream.range(0, size()).mapToObj(this::item);
  }

  /// The packages of a name, in their order.
  default List<DebPackage> packages(String name) {
    return IntStream.of(named(name)).mapToObj(this::item).toList();
  }

  /// That a package provides a name.
  ///
  /// @param position of the package
  /// @param as what it provides: the name, with a version or without
  record Provided(int position, Relation as) {}
}
