package io.microvisor.compose.pipeline;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.DebconfAnswer;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.install.DebconfQuestions;
import io.microvisor.packages.install.Preseed;
import io.microvisor.packages.unpack.UnpackedPackage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The template's answers to debconf questions. Debian takes an answer to a question nobody asks without a word; here
/// each must fit a question of the packages.
final class Debconf {
  private Debconf() {}

  /// The answers as they are given before packages are configured.
  static List<Preseed> preseeds(Template template) {
    return template.system().debconf().stream().map(Debconf::preseed).toList();
  }

  /// Makes sure that all answers fit the packages that will be configured.
  ///
  /// @throws RejectedException if some do not, with all their places
  static void check(Template template, List<UnpackedPackage> packages) throws IOException {
    if (template.system().debconf().isEmpty()) {
      return;
    }
    DebconfQuestions questions = DebconfQuestions.of(packages);
    List<Problem> problems = new ArrayList<>();
    for (DebconfAnswer answer : template.system().debconf()) {
      questions
          .complaint(preseed(answer))
          .ifPresent(complaint ->
              problems.add(Problem.of(Code.BAD_DEBCONF, answer.place(), "debconf: " + complaint)));
    }
    if (!problems.isEmpty()) {
      throw new RejectedException(problems);
    }
  }

  private static Preseed preseed(DebconfAnswer answer) {
    return new Preseed(answer.owner(), answer.question(), answer.type(), answer.answer());
  }
}
