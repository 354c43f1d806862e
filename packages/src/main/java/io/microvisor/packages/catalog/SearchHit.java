package io.microvisor.packages.catalog;

import io.microvisor.packages.deb.Origin;

/// A package that was found by words.
///
/// @param version as the index spells it
/// @param summary the first line of its description, empty where the index has none
public record SearchHit(String name, String version, String summary, Origin origin) {}
