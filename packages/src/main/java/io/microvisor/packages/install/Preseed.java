package io.microvisor.packages.install;

/// An answer to a debconf question, given before the question is asked (debconf-set-selections(1)).
///
/// @param owner the package that asks
/// @param question its name: `postfix/main_mailer_type`
/// @param type `string`, `boolean`, `select`, `multiselect`, `text` or `password`
/// @param answer empty, or text on one line
public record Preseed(String owner, String question, String type, String answer) {
  public Preseed {
    for (String word : new String[] {owner, question, type}) {
      if (!word.matches("[!-~]+")) {
        throw new IllegalArgumentException("preseed: \"" + word + "\" (expected: one word)");
      }
    }
    if (!answer.matches("[^\\x00-\\x1f\\x7f]*")) {
      throw new IllegalArgumentException(
          "preseed of " + question + ": control characters in it (expected: text on one line)");
    }
  }

  /// The line that debconf-set-selections reads.
  public String line() {
    return owner + " " + question + " " + type + " " + answer;
  }

  /// Hides the answer, which may be a password.
  @Override
  public String toString() {
    return owner + " " + question + " " + type + " [...]";
  }
}
