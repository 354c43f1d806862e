package io.microvisor.formats.ar;

import io.microvisor.bytes.ByteSource;

/// One member of an archive.
///
/// @param name 1 to 16 printable ASCII characters
/// @param content a view of the archive
public record ArMember(String name, ByteSource content) {}
