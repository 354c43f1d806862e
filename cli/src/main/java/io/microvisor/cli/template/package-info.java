/// The commands that need a template alone: `init`, `validate`, `resolve`, `config`.
///
/// Starting points: one class per command; [TemplateArgument] finds and reads the template.
///
/// Non-goals: packages, locks.
@NullMarked
package io.microvisor.cli.template;

import org.jspecify.annotations.NullMarked;
