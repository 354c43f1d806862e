/// Foreign tools (QEMU, fsck.erofs, veritysetup ...) from packages of our own choosing: unpacked into a cached directory
/// and run there in a sandbox, so that no host needs to have them.
///
/// Starting points: [ToolRoot] (such a directory), [PackageProvider] (where its packages come from).
///
/// Non-goals: maintainer scripts (a tool root is unpacked, never configured), owners and device nodes.
@NullMarked
package io.microvisor.packages.toolroot;

import org.jspecify.annotations.NullMarked;
