/// What outlives a restart: what a machine makes of its disk's layout (`compose.layout`), and where its own files lie.
///
/// Starting points: [NodeDisk] (which disks an image fits, and what each leaves for the state), [LayoutDefinitions] (what tells
/// systemd-repart to make it so), [StateStore] (where the state is, as the initrd sees it), [KeptFolder] (a folder outside
/// `/etc` and `/var` that is kept).
///
/// All of it is pure; `compose.rootfs` and `compose.initrd` put it into the image.
///
/// Non-goals: encrypting the state, updating slots, quotas.
@NullMarked
package io.microvisor.compose.state;

import org.jspecify.annotations.NullMarked;
