/// The commands that look into an image: `inspect`, `ls`, `cat`, `extract`.
///
/// Starting points: one class per command; [ImageArgument] finds the image.
///
/// Non-goals: reading formats.
@NullMarked
package io.microvisor.cli.image;

import org.jspecify.annotations.NullMarked;
