/// What is wrong with a template, and where: the one form in which every stage reports, from reading to the disk.
///
/// Starting points: [Problem], [Place], [Code].
///
/// Non-goals: finding problems, printing them.
@NullMarked
package io.microvisor.compose.problem;

import org.jspecify.annotations.NullMarked;
