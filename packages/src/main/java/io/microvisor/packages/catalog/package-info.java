/// What an archive offers, to be asked by name: packages, who provides what, and a search by words.
///
/// An index of Debian has 69,000 packages, of which a solution looks at some hundred. So an index is read once, by
/// [CatalogWriter], into a binary catalogue in which a package is found by its name and read when it is asked for; the
/// words people search by lie in a file of their own.
///
/// Starting points: [PackageCatalog] (of a list, of a file, or several joined), [CatalogWriter] (stanzas in, files
/// out), [SearchText].
///
/// Non-goals: where the files are kept and which index they are of (package `repository`), preference among packages
/// (package `solver.deb`).
@NullMarked
package io.microvisor.packages.catalog;

import org.jspecify.annotations.NullMarked;
