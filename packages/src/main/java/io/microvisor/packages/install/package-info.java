/// From unpacked packages to an installed system: merged as dpkg would lay them out, then configured by dpkg itself.
///
/// Starting points: [PackageMerge] (many package trees into one, with dpkg's rules), [Configure] (writes the package
/// database and lets the tree's own dpkg run the maintainer scripts in a sandbox), [ConfigureSpec] (its inputs and
/// their fingerprint).
///
/// Non-goals: choosing packages, upgrading or removing them, and what a template adds afterwards.
@NullMarked
package io.microvisor.packages.install;

import org.jspecify.annotations.NullMarked;
