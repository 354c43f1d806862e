package io.microvisor.formats.verity;

import java.util.UUID;

/// What a hash tree depends on besides the data.
///
/// @param uuid the hash device's own UUID, which its superblock carries and no hash covers
/// @param salt what is hashed before each block
public record VeritySpec(UUID uuid, Salt salt) {}
