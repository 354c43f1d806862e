/// Package archives: which ones there are, whether their metadata is genuine, and which packages they hold.
///
/// Starting points: [AptSources] (what the host's apt is configured to use), [MirrorDiscovery] (which of that serves a
/// template's Debian suite), [Repository] (what is wanted: one suite of an archive, a folder, single packages),
/// [RepositoryClient] (an archive's packages, verified), [FolderIndex] (a folder's), and [Priorities] (which of them are
/// preferred).
///
/// The chain of trust: a key of [DebianKeys] or the template signs the Release file, the Release file names the
/// digest of each index, and each index the digest of each package. No link is optional, unless a template says so
/// for one repository.
///
/// Non-goals: choosing packages ([io.microvisor.packages.solver]), source packages, translations, the host's
/// `/etc/apt/preferences`.
@NullMarked
package io.microvisor.packages.repository;

import org.jspecify.annotations.NullMarked;
