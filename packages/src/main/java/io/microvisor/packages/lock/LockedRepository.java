package io.microvisor.packages.lock;

import java.time.Instant;

/// The state in which an archive was seen, from its Release file.
///
/// @param origin its `Origin`
/// @param suite the suite as it was asked for
/// @param codename its `Codename`; empty when it has none
/// @param date its `Date`
/// @param signer the fingerprint of the key that signed it; empty for an archive trusted without signature
public record LockedRepository(
    String origin, String suite, String codename, Instant date, String signer) {}
