package io.microvisor.compose.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Writes the table of keys as a JSON Schema (draft 2020-12), which gives editors completion, help and a first check.
///
/// It is a little looser than the loader: keys that a template may inherit are not required, and features that are not
/// built yet are marked `deprecated` rather than refused.
public final class TemplateSchema {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TemplateSchema() {}

  /// `docs/reference/template.schema.json`.
  public static String json() {
    ObjectNode root = JSON.createObjectNode();
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.put("title", "Template of an operating system image");
    root.setAll(schema(TemplateKeys.ROOT, false));
    DefaultIndenter indent = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(indent).withArrayIndenter(indent);
    try {
      return JSON.writer(printer).writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of strings and numbers is JSON", e);
    }
  }

  private static ObjectNode schema(Shape shape, boolean item) {
    ObjectNode node = JSON.createObjectNode();
    switch (shape) {
      case Shape.Text(Syntax syntax) -> {
        node.putArray("type").add("string").add("number");
        if (syntax != Syntax.TEXT) {
          node.put("pattern", syntax.regex());
        }
      }
      case Shape.Flag _ -> node.put("type", "boolean");
      case Shape.Whole(long least, long most) ->
          node.put("type", "integer").put("minimum", least).put("maximum", most);
      case Shape.Size _ -> {
        node.putArray("type").add("string").add("integer");
        node.put("pattern", "^[0-9]{1,18} ?([KMGTkmgt]([Ii]?[Bb])?|[Bb])?$");
      }
      case Shape.Choice choice -> {
        ArrayNode words = node.putArray("enum");
        for (String word : choice.words(Status.BUILT)) {
          switch (word) {
            case "true" -> words.add(true);
            case "false" -> words.add(false);
            default -> words.add(word);
          }
        }
      }
      case Shape.Items(Shape of) -> node.put("type", "array").set("items", schema(of, true));
      case Shape.Named(Syntax name, Shape of) -> {
        node.put("type", "object");
        node.putObject("propertyNames").put("pattern", name.regex());
        node.set("additionalProperties", schema(of, false));
      }
      case Shape.Block block -> block(node, block, item);
    }
    return node;
  }

  private static void block(ObjectNode node, Shape.Block block, boolean item) {
    node.put("type", "object").put("additionalProperties", false);
    ObjectNode properties = node.putObject("properties");
    ArrayNode required = JSON.createArrayNode();
    for (Key key : block.keys()) {
      ObjectNode property = JSON.createObjectNode();
      boolean built = key.status() != Status.NOT_BUILT;
      property.put("description", key.description() + (built ? "" : " Not built yet."));
      if (!built) {
        property.put("deprecated", true);
      }
      property.setAll(schema(key.shape(), false));
      if (key.merge() == Key.Merge.UNION && property.path("items") instanceof ObjectNode items) {
        items.put("pattern", items.path("pattern").asText().replaceFirst("^\\^", "^-?"));
      }
      properties.set(key.name(), property);
      if (item && key.required()) {
        required.add(key.name());
      }
    }
    if (!required.isEmpty()) {
      node.set("required", required);
    }
  }
}
