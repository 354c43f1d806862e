/// What steps made on other machines, over HTTP: fetched when pinned keys signed it, offered when this machine has a key.
///
/// Starting points: [RemoteResults], the two keys [SigningKey] and [io.microvisor.compose.plan.PublicKey], [Trust].
///
/// Non-goals: deciding which step may be shared ([io.microvisor.compose.plan.Step#sharing]); running steps elsewhere.
@NullMarked
package io.microvisor.compose.remote;

import org.jspecify.annotations.NullMarked;
