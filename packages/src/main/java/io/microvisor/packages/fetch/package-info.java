/// Getting files from elsewhere into the store, whatever the network does in between.
///
/// Starting points: [Downloader] and [Download]; [DownloadEvent] tells how it goes, [DownloadException] what failed
/// and why. [HttpCache] is for what other machines made, and may be told what this one made.
///
/// Promises: a file of known digest becomes visible only when size and digest are right; a server that sends more
/// than that, stalls, crawls, breaks off or redirects to a local file costs bounded time and disk; what was received
/// before a break is not fetched again.
///
/// Non-goals: protocols other than `http`, `https` and `file`, caching by HTTP's rules (contents have
/// digests).
@NullMarked
package io.microvisor.packages.fetch;

import org.jspecify.annotations.NullMarked;
