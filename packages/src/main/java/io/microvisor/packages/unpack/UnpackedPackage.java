package io.microvisor.packages.unpack;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.packages.deb.ControlStanza;
import java.util.SortedMap;

/// All that is in a binary package.
///
/// @param control the package's stanza
/// @param controlFiles every control file by name (`control`, `conffiles`, `md5sums`, `postinst`, `triggers` ...), whose
///     arrays must not be changed
/// @param tree the files to install
/// @param contents their contents, and perhaps others
public record UnpackedPackage(
    ControlStanza control,
    SortedMap<String, byte[]> controlFiles,
    FileTree tree,
    ContentSource contents) {}
