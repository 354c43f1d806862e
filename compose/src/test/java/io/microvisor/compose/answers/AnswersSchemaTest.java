package io.microvisor.compose.answers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class AnswersSchemaTest {
  @Test
  void isWhatThePageForPeopleSays() {
    assertThat(Path.of("..", "docs", "provisioning.md"))
        .content()
        .contains(String.join("\n", AnswersSchema.standard().table()));
  }

  @Test
  void usesNothingThatAnOldAwkDoesNotKnow() {
    assertThat(Resource.text("vocabulary").lines().filter(line -> line.startsWith("form\t")))
        .allSatisfy(line -> assertThat(line.split("\t", -1)[4]).doesNotContain("{", "(?"));
  }

  @Test
  void refusesATextThatIsNone() {
    assertThatThrownBy(() -> AnswersSchema.parse("key\tmachine\n"))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> AnswersSchema.parse("section\tmachine\tno-such-form\tno\tx\n"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("vocabulary: no form no-such-form");
  }
}
