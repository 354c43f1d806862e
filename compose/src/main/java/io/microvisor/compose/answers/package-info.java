/// Answers: what a machine is told from outside, in one file that it reads when it starts.
///
/// The grammar is made so that a program of a few lines can check it: sections in brackets, `key = value`, and lines of contents
/// behind a bar. What may be said is one text, `vocabulary`, which is read here and, as it is, by the machine; so both come to the
/// same verdict, at the same place and in the same words.
///
/// Starting points: [AnswersFile] (checks a file before it reaches a machine), [AnswersSchema] (what may be said), [NodeFiles] (what
/// an image brings so that its machines read answers).
///
/// Non-goals: what only the machine knows, such as whether a user exists; cloud-init's own forms.
@NullMarked
package io.microvisor.compose.answers;

import org.jspecify.annotations.NullMarked;
