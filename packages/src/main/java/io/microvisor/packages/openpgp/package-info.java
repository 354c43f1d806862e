/// Verification of OpenPGP signatures (RFC 9580, RFC 4880) over the metadata of package archives.
///
/// Starting points: [Keyring] (whom we trust), [ClearSigned] (a text inside its signature, such as `InRelease`) and
/// [SignatureVerifier] (is this signed, and by whom). Bouncy Castle does the arithmetic; which keys and signatures
/// count is decided here, in the open: see [SigningKeys] for keys and [SignatureRules] for signatures.
///
/// Non-goals: signing, encryption, the web of trust (a key is trusted because it is in the keyring), version 3 and 6
/// keys, designated revokers, key servers.
@NullMarked
package io.microvisor.packages.openpgp;

import org.jspecify.annotations.NullMarked;
