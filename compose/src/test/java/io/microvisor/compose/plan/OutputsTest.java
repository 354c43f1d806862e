package io.microvisor.compose.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputsTest {
  private static final Digest DIGEST = Digest.sha256("something");

  @Test
  void readsBackNamesAndTextsWithBlanks() throws FormatException {
    Outputs outputs =
        Outputs.of("tree", new Artifact.Tree(DIGEST))
            .and("boot loader", new Artifact.Blob(DIGEST, 42))
            .and("kernel version", new Artifact.Text("6.12 of today"))
            .withSecrets(List.of("/etc/a key.pem", "/etc/b.pem"));

    assertThat(Outputs.parse(outputs.toBytes())).isEqualTo(outputs);
  }

  @Test
  void aSecretOfAnyNameReadsBack() throws FormatException {
    Outputs outputs =
        Outputs.of("tree", new Artifact.Tree(DIGEST)).withSecrets(List.of("/etc/a\nb\tc\r.pem"));

    assertThat(outputs.secrets()).containsExactly("/etc/a?b?c?.pem");
    assertThat(Outputs.parse(outputs.toBytes())).isEqualTo(outputs);
  }

  @Test
  void refusesAnEntryOfAnotherForm() {
    assertThatThrownBy(() -> Outputs.parse("tree somewhere\n".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("action cache entry");
  }
}
