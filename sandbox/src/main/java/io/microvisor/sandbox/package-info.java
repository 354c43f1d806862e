/// Runs commands inside other root file systems, in namespaces of their own, as root or without.
///
/// A multithreaded JVM cannot leave its namespaces, and what a namespace mounts cannot be seen from outside: so a child
/// process (`unshare` and a small shell script of ours) lives inside, and archives go in and out of it. The host gives
/// the kernel, a POSIX shell, coreutils, GNU tar and util-linux; nothing else.
///
/// Starting points: [SandboxSupport] (what this machine allows, and what to enable), [Sandbox] (the *script* profile: a
/// `FileTree` in, the tree as the command left it out; no network, no devices, nothing of the host), [ToolRun] (the
/// *tool* profile: a directory as root, declared binds, the host's network or none).
///
/// Non-goals: containers that stay, resource accounting, defence against a hostile kernel exploit.
@NullMarked
package io.microvisor.sandbox;

import org.jspecify.annotations.NullMarked;
