package io.microvisor.packages.repository;

/// A Release file and why it is believed.
public record VerifiedRelease(Release release, Provenance provenance) {}
