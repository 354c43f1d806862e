/// The store: everything the toolkit keeps between builds, under one directory, by digest.
///
/// Starting point: [Store#open]. It has [ContentStore] (contents by their own digest), [Packs] (a file tree with all its
/// contents in one file, by a key), [Actions] (small results by a key) and [DownloadedFiles] (downloads, as plain files).
/// Whatever is visible under its final name is whole: it was written to a temporary file, synced, and renamed. So any
/// number of processes may use one directory at once, and deleting it loses nothing but time. What a disk changed
/// later is a [DamagedException] before its first byte is handed out.
///
/// Only the user it belongs to can read or write it; a directory that others can write to is refused.
///
/// Non-goals: remote tiers, sharing one between users.
@NullMarked
package io.microvisor.store;

import org.jspecify.annotations.NullMarked;
