/// The kernel of an image: which of those that its packages bring boots, whether it can boot what the image is made of, and
/// the modules that are built for it.
///
/// A kernel is `/boot/vmlinuz-<release>` and `/usr/lib/modules/<release>`, whoever packaged it: the distribution, a vendor, or
/// `make bindeb-pkg`. Its configuration (`/boot/config-<release>`) tells before anybody boots what it lacks.
///
/// Modules from source are built in a root of their own, of packages that the lock pins as *build packages*: headers,
/// compiler, dkms, sources. It shares nothing with the image but the kernel's release, so the image's other packages do not
/// make it build again, and nothing of it but the modules gets into the image.
///
/// Starting points: [InstalledKernel]; [BootNeeds]; [BuildSet] and [DkmsBuild].
///
/// Non-goals: compiling kernels; signing modules (they are left unsigned, see docs/kernels.md); which modules stay in the
/// image, which is `compose.rootfs`'s, and which go into the initrd, which is `compose.initrd`'s.
@NullMarked
package io.microvisor.compose.kernel;

import org.jspecify.annotations.NullMarked;
