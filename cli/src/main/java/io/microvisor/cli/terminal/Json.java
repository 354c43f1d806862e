package io.microvisor.cli.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.microvisor.bytes.FormatException;
import io.microvisor.compose.problem.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Answers for machines.
public final class Json {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Json() {}

  /// The text of maps, lists, strings and numbers; maps keep their order.
  public static String of(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("plain values always have a JSON form", e);
    }
  }

  /// Reads a text.
  ///
  /// @param name of the file, for the error
  /// @throws FormatException if it is no JSON
  public static JsonNode read(String text, String name) throws FormatException {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      FormatException broken =
          FormatException.notThis("JSON file", name + ": " + e.getOriginalMessage());
      broken.initCause(e);
      throw broken;
    }
  }

  public static Map<String, Object> problems(List<Problem> problems) {
    List<Object> all = new ArrayList<>();
    for (Problem problem : problems) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("code", problem.code().id());
      one.put("title", problem.code().title());
      one.put("file", problem.place().file());
      one.put("line", problem.place().line());
      one.put("column", problem.place().column());
      one.put("message", problem.what());
      one.put("advice", problem.advice());
      all.add(one);
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("sound", problems.isEmpty());
    answer.put("problems", all);
    return answer;
  }
}
