package io.microvisor.compose.template;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShippedTemplatesTest {
  @ParameterizedTest
  @ValueSource(strings = {"edge", "minimal"})
  void areSound(String name) {
    switch (TemplateLoader.loadShipped(name)) {
      case Loading.Loaded(Template template) -> {
        assertThat(template.image().name()).isEqualTo(name);
        assertThat(template.system().packages())
            .allSatisfy(wish -> assertThat(wish.place().file()).endsWith(name + ".yaml"));
      }
      case Loading.Rejected(var problems) -> assertThat(problems).isEmpty();
    }
  }
}
