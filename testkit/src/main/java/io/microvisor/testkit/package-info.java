/// What every module's tests share: malformed-input runs and doubles that pass the contract of the real thing.
///
/// Non-goals: mocking; oracles and virtual machines, which need the whole house and live in `system-tests`.
@NullMarked
package io.microvisor.testkit;

import org.jspecify.annotations.NullMarked;
