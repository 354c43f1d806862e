package io.microvisor.packages.solver;

/// One taken candidate.
///
/// @param why the shortest reason
public record Pick<P>(P item, String name, String version, Why why) {}
