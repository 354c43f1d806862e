package io.microvisor.packages.install;

import io.microvisor.formats.tree.TreePath;

/// That files of other packages at `from` go to `to` (dpkg-divert(1)).
///
/// @param from the path that is diverted
/// @param to where the files of all packages but `by` go
/// @param by the name of the package whose own file stays at `from`; `:` for none (a local diversion)
public record Diversion(TreePath from, TreePath to, String by) {}
