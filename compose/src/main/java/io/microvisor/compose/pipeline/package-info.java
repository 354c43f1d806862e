/// The whole way from a template and its lock to artifacts.
///
/// Starting points: [Composer] builds, [ArtifactWriter] writes what the template asks for.
///
/// Non-goals: showing progress, choosing packages, reading templates.
@NullMarked
package io.microvisor.compose.pipeline;

import org.jspecify.annotations.NullMarked;
