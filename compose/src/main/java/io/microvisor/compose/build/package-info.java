/// The whole way from a template to artifacts.
///
/// Starting points: [Composer] builds, [PackageChoice] makes the lock, [ArtifactWriter] writes what the template asks for.
///
/// Non-goals: showing progress, finding archives, reading templates.
@NullMarked
package io.microvisor.compose.build;

import org.jspecify.annotations.NullMarked;
