package io.microvisor.packages.install;

import static io.microvisor.packages.install.Debs.deb;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.FormatException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DebconfQuestionsTest {
  private final DebconfQuestions questions = questions();

  @Test
  void believesAnswersThatFit() {
    assertFits(new Preseed("zoo", "zoo/animal", "select", "lion, old"));
    assertFits(new Preseed("zoo", "zoo/open", "boolean", "true"));
    assertFits(new Preseed("zoo", "zoo/name", "string", "anything, really"));
    assertFits(new Preseed("zoo", "zoo/guests", "multiselect", "tiger, bear"));
    assertFits(new Preseed("zoo", "zoo/keeper", "select", "whoever is there then"));
  }

  @Test
  void refusesWhatNobodyAsks() {
    assertThat(questions.complaint(new Preseed("circus", "zoo/open", "boolean", "true")))
        .contains("no package \"circus\" in the image (expected: one that is)");
    assertThat(questions.complaint(new Preseed("zoo", "zoo/closed", "boolean", "true")))
        .contains("no package asks \"zoo/closed\" (expected: a question of zoo)");
  }

  @Test
  void refusesAnotherType() {
    assertThat(questions.complaint(new Preseed("zoo", "zoo/open", "string", "true")))
        .contains("zoo/open: is of type boolean (expected: not string)");
  }

  @Test
  void refusesAnswersThatAreNoChoice() {
    assertThat(questions.complaint(new Preseed("zoo", "zoo/animal", "select", "cow")))
        .contains("zoo/animal: \"cow\" is no answer (expected: lion, old, tiger)");
    assertThat(questions.complaint(new Preseed("zoo", "zoo/open", "boolean", "yes")))
        .contains("zoo/open: \"yes\" is no answer (expected: true, false)");
    assertThat(questions.complaint(new Preseed("zoo", "zoo/guests", "multiselect", "bear, cow")))
        .contains("zoo/guests: \"cow\" is no answer (expected: tiger, bear)");
  }

  @Test
  void hidesAnswersInText() {
    assertThat(new Preseed("a", "a/b", "string", "mine")).asString().doesNotContain("mine");
  }

  @Test
  void refusesLineBreaks() {
    assertThatThrownBy(() -> new Preseed("a", "a/b", "string", "x\ny z boolean true"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void assertFits(Preseed preseed) {
    assertThat(questions.complaint(preseed)).isEmpty();
  }

  private static DebconfQuestions questions() {
    try {
      return DebconfQuestions.of(
          List.of(
              deb("zoo")
                  .control(
                      "templates",
                      """
                      Template: zoo/animal
                      Type: select
                      Choices: lion\\, old, tiger
                      Description: Which?

                      Template: zoo/open
                      Type: boolean

                      Template: zoo/name
                      Type: string

                      Template: zoo/guests
                      Type: multiselect
                      Choices: tiger, bear

                      Template: zoo/keeper
                      Type: select
                      Choices: ${keepers}
                      """)
                  .unpacked(),
              deb("quiet").unpacked()));
    } catch (FormatException e) {
      throw new AssertionError(e);
    }
  }
}
