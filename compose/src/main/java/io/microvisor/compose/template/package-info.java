/// Templates: what an image shall hold, read from YAML and checked until nothing about it can surprise a later stage.
///
/// The story: [TemplateLoader] reads a file into a tree that knows the line and column of every key and value (`yaml`),
/// checks each layer of `extends` against the one table of keys (`schema`), merges the layers, runs the checks that need
/// more than one key, and binds the result to the records under [Template]. Whatever is wrong is a
/// [io.microvisor.compose.problem.Problem]; all of them are reported, not the first.
///
/// Starting points: [TemplateLoader], [Template].
///
/// Non-goals: knowing which packages exist, what an image weighs, or how a feature is built. Those stages report
/// through the same problems, at the places that the records keep.
@NullMarked
package io.microvisor.compose.template;

import org.jspecify.annotations.NullMarked;
