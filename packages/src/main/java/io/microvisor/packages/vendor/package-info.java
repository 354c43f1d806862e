/// A folder with everything that a lock pins, to build from when archives are gone or there is no network: packages, what
/// vouches for them, and an index, so that apt can use it as well.
///
/// ```
/// README.txt                     what this is, in words
/// SHA256SUMS                     of every other file, for "sha256sum -c"
/// hello.lock                     the locks whose packages are here
/// Packages  Release              a flat repository (sources.list(5)): deb [trusted=yes] file:/FOLDER ./
/// pool/less_668-1_amd64.deb ...  the packages
/// provenance/Debian_trixie/      InRelease, or Release and Release.gpg; keyring.gpg; the indexes it vouches for
/// ```
///
/// Starting points: [VendorFolder], [VendorIndex]; [io.microvisor.packages.repository.Evidence] for the provenance.
///
/// Non-goals: being trusted. Whoever builds from the folder checks each package against the digest in a lock of its own.
@NullMarked
package io.microvisor.packages.vendor;

import org.jspecify.annotations.NullMarked;
