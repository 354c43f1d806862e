package io.microvisor.packages.install;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.unpack.UnpackedPackage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The questions that packages may ask when they are configured, from their `templates` files (debconf-devel(7)):
/// stanzas with the fields `Template`, `Type`, `Choices` and others.
public final class DebconfQuestions {
  private final Set<String> packages = new HashSet<>();
  private final Map<String, ControlStanza> templates = new TreeMap<>();

  private DebconfQuestions() {}

  /// The questions of some packages.
  ///
  /// @throws FormatException if a package's `templates` file is damaged
  public static DebconfQuestions of(List<UnpackedPackage> packages) throws FormatException {
    DebconfQuestions questions = new DebconfQuestions();
    for (UnpackedPackage each : packages) {
      questions.packages.add(each.control().required("Package"));
      byte[] file = each.controlFiles().getOrDefault("templates", new byte[0]);
      for (ControlStanza template :
          ControlStanza.parseAll(new String(file, StandardCharsets.UTF_8))) {
        questions.templates.put(template.text("Template"), template);
      }
    }
    return questions;
  }

  /// The names of all questions that that can be asked.
  public List<String> names() {
    return List.copyOf(templates.keySet());
  }

  /// What is wrong with an answer, such as `no package "x" (expected: ...)`; empty if nothing is. A choice that a package
  /// makes up only when it asks is believed.
  public Optional<String> complaint(Preseed preseed) {
    if (!packages.contains(preseed.owner())) {
      return Optional.of(
          "no package \"" + preseed.owner() + "\" in the image (expected: one that is)");
    }
    ControlStanza template = templates.get(preseed.question());
    if (template == null) {
      return Optional.of(
          "no package asks \""
              + preseed.question()
              + "\" (expected: a question of "
              + preseed.owner()
              + ")");
    }
    String type = template.text("Type");
    if (!type.equals(preseed.type())) {
      return Optional.of(
          preseed.question() + ": is of type " + type + " (expected: not " + preseed.type() + ")");
    }
    return wrongAnswer(preseed, template);
  }

  private static Optional<String> wrongAnswer(Preseed preseed, ControlStanza template) {
    List<String> allowed =
        switch (preseed.type()) {
          case "boolean" -> List.of("true", "false");
          case "select", "multiselect" ->
              choices(template.find("Choices-C").orElse(template.text("Choices")));
          default -> List.of();
        };
    List<String> given =
        preseed.type().equals("multiselect")
            ? choices(preseed.answer())
            : List.of(preseed.answer());
    if (allowed.isEmpty() || allowed.stream().anyMatch(each -> each.contains("${"))) {
      return Optional.empty();
    }
    return given.stream()
        .filter(answer -> !allowed.contains(answer))
        .findFirst()
        .map(answer ->
            preseed.question()
                + ": \""
                + answer
                + "\" is no answer (expected: "
                + String.join(", ", allowed)
                + ")");
  }

  /// A list with commas between; `\,` is a comma in an item.
  private static List<String> choices(String text) {
    List<String> choices = new ArrayList<>();
    StringBuilder item = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length() && text.charAt(i + 1) == ',') {
        item.append(',');
        i++;
      } else if (c == ',') {
        choices.add(item.toString().strip());
        item.setLength(0);
      } else {
        item.append(c == '\n' ? ' ' : c);
      }
    }
    choices.add(item.toString().strip());
    choices.removeAll(Collections.singleton(""));
    return choices;
  }
}
