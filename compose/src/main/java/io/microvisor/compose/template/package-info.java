/// Templates: what an image shall hold, read from YAML and checked until nothing about it can surprise a later stage.
///
/// The story: [TemplateLoader] reads a file into a tree that knows the line and column of every key and value, checks
/// each layer of `extends` against the one table of keys ([Vocabulary]), merges the layers, runs the checks that need
/// more than one key, and binds the result to the records under [Template]. Whatever is wrong is a [Problem]; all of
/// them are reported, not the first. The same table writes the reference page and the JSON Schema ([Reference]).
///
/// Starting points: [TemplateLoader], [Template], [Vocabulary].
///
/// Non-goals: knowing which packages exist, what an image weighs, or how a feature is built. Those stages report
/// through the same [Problem], at the [Place]s the records keep.
@NullMarked
package io.microvisor.compose.template;

import org.jspecify.annotations.NullMarked;
