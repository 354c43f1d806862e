package io.microvisor.packages.install;

import io.microvisor.formats.tree.TreePath;

/// A file of a package whose preinst diverts others' files, or moves them out of the way: it waits at another path of the
/// tree until that script has run, for the script must not take it for another's (dpkg-divert(1)).
///
/// @param owner the package's name in info/
/// @param path where it belongs
/// @param waiting where it lies
/// @param clash what is wrong if another file is still at `path` then
record Waiting(String owner, TreePath path, TreePath waiting, String clash) {}
