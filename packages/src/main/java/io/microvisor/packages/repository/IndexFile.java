package io.microvisor.packages.repository;

import io.microvisor.bytes.Digest;

/// A file that a Release file vouches for.
///
/// @param path relative to the Release file
/// @param size in bytes
public record IndexFile(String path, long size, Digest digest) {}
