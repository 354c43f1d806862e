package io.microvisor.packages.solver.deb;

import io.microvisor.packages.catalog.PackageCatalog;
import io.microvisor.packages.deb.DebPackage;
import java.util.function.ToIntFunction;

/// What one archive offers, and how its packages are preferred to those of others.
///
/// @param pin a package's priority in apt's sense, as in [DebPolicy], whose own does not count here
public record Offer(PackageCatalog packages, ToIntFunction<DebPackage> pin) {}
