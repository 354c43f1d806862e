/// `emt cache`, and the options by which a build uses the cache of other machines.
///
/// Starting points: [CacheCommand], [RemoteCacheOptions].
///
/// Non-goals: what is kept, and how.
@NullMarked
package io.microvisor.cli.cache;

import org.jspecify.annotations.NullMarked;
