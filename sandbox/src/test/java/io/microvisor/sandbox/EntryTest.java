package io.microvisor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EntryTest {
  private static final SortedMap<String, String> ENVIRONMENT = new TreeMap<>();

  /// A call that may fail has no text for it.
  @Test
  void noCommandStartsWhenOpenFilesCannotBeClosed() {
    for (Entry.Session session : Entry.Session.values()) {
      assertThat(text(Entry.ofScript(List.of("/x"), ENVIRONMENT, session)))
          .contains("sandbox: cannot close open files (close_range)\n");
      for (ToolSpec.Privileges privileges : ToolSpec.Privileges.values()) {
        assertThat(text(Entry.ofTool(List.of("/x"), ENVIRONMENT, session, privileges, true)))
            .contains("sandbox: cannot close open files (close_range)\n");
      }
    }
  }

  private static String text(String program) {
    return new String(Base64.getDecoder().decode(program), StandardCharsets.ISO_8859_1);
  }
}
