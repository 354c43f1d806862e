package io.microvisor.compose.rootfs;

import io.microvisor.compose.template.LocaleName;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import java.util.List;
import java.util.regex.Pattern;

/// Removes documentation and translations. Licences stay: `usr/share/doc/<package>/copyright` is what Debian's policy
/// (§12.5) keeps them in.
final class Strip {
  private static final Pattern DOCUMENTATION =
      Pattern.compile(
          "usr/share/(man|info|doc-base|lintian|linda|bug|gtk-doc|help)/.+"
              + "|usr/share/doc/.+(?<!/copyright)");

  private static final Pattern TRANSLATION =
      Pattern.compile("usr/share/(locale|i18n/locales)/([^/]+)(/.*)?");

  private Strip() {}

  /// Removes manuals, examples, change logs and the like.
  static void documentation(RootEditor root) {
    root.removeBelow("usr/share", Strip::isDocumentation);
  }

  private static boolean isDocumentation(FileTree.Entry entry) {
    // A link right below usr/share/doc leads to the licence of the package it is shared with.
    return DOCUMENTATION.matcher(entry.path().toString()).matches()
        && !(entry.inode() instanceof Inode.Symlink && entry.path().parent().name().equals("doc"));
  }

  /// Removes translations into languages other than those in `kept`.
  ///
  /// @param kept whose translations stay
  static void translations(RootEditor root, List<LocaleName> kept) {
    root.removeBelow(
        "usr/share",
        entry -> {
          var matcher = TRANSLATION.matcher(entry.path().toString());
          return matcher.matches()
              && !matcher.group(2).equals("locale.alias")
              && kept.stream().noneMatch(locale -> locale.keeps(matcher.group(2)))
              && !(entry.inode() instanceof Inode.Symlink);
        });
  }
}
