/// dm-verity hash trees (the kernel's admin-guide/device-mapper/verity) with the superblock that cryptsetup defines,
/// laid out exactly as `veritysetup format` does.
///
/// Starting points: [VerityTree] hashes data and writes a hash device, [VeritySuperblock] says what a hash device holds,
/// and [VerityCheck] verifies data against a hash device and a root hash.
///
/// One format only, which is the kernel's default and all that our images use: hash type 1, SHA-256, data and hash
/// blocks of 4096 bytes, the superblock in block 0 of the hash device and the tree behind it.
///
/// Non-goals: forward error correction, other hashes or block sizes, signatures of root hashes, opening devices.
@NullMarked
package io.microvisor.formats.verity;

import org.jspecify.annotations.NullMarked;
