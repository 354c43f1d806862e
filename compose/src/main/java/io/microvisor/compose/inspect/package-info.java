/// What a finished image is made of, told from its own bytes.
///
/// Starting points: [ImageSizes] (where the bytes are: a [SizeTree], and [PackageSizes]), [SizeReport] (the same as a page
/// with a picture, drawn by [Treemap]).
///
/// Sizes are those stored: compressed extents and frames, attributed to the paths whose bytes they hold. Everything here
/// is a pure function of the image; the same image gives the same page.
///
/// Non-goals: other makers' images beyond what our readers read, changing anything.
@NullMarked
package io.microvisor.compose.inspect;

import org.jspecify.annotations.NullMarked;
