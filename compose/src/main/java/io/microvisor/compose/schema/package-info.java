/// The keys that a template may have, as one table, and what is done by it alone: checking the shape of a tree, merging
/// layers, reading values by name, writing the reference page. An importer of another format gives a tree and passes
/// the same checks.
///
/// Starting points: [TemplateKeys], the table; [ShapeCheck]; [Merging]; [Fields].
///
/// Non-goals: reading files, checks that need more than one key, the records that a build takes.
@NullMarked
package io.microvisor.compose.schema;

import org.jspecify.annotations.NullMarked;
