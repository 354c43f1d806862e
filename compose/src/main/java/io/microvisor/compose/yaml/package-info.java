/// YAML as a tree that knows the line and column of every key and value: the part of YAML 1.2 that a template needs, and
/// nothing that surprises (no anchors, tags or merge keys).
///
/// Starting points: [YamlReader], [Yaml], [YamlPrinter].
///
/// Non-goals: knowing what a key means.
@NullMarked
package io.microvisor.compose.yaml;

import org.jspecify.annotations.NullMarked;
