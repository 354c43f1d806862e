package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.verity.Salt;
import io.microvisor.formats.verity.VerityCheck;
import io.microvisor.formats.verity.VeritySpec;
import io.microvisor.formats.verity.VerityTree;
import io.microvisor.formats.verity.VerityVerdict;
import io.microvisor.sandbox.ToolResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Our hash trees are `veritysetup`'s.
class VerityOracleTest {
  private static final VeritySpec SPEC =
      new VeritySpec(
          UUID.fromString("0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f0"), Salt.of(Digest.sha256("salt")));

  @TempDir Path folder;

  /// One block has no tree at all, 128 fill one hash block, 129 need a second, 16385 a third level.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 128, 129, 16_384, 16_385})
  void veritysetupMakesTheSameBytes(int blocks) throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    VerityTree tree = tree(SampleTree.noise(blocks * 4096, blocks), SPEC);

    String said =
        oracles.succeed(
            folder,
            "veritysetup format data theirs --uuid=" + SPEC.uuid() + " --salt=" + SPEC.salt());

    assertThat(said).contains(tree.rootHash().hex());
    assertThat(folder.resolve("ours")).hasSameBinaryContentAs(folder.resolve("theirs"));
  }

  @Test
  void veritysetupVerifiesOurTreeAndRefusesAFlippedByte() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    byte[] data = SampleTree.noise(300 * 4096, 1);
    VerityTree tree = tree(data, SPEC);
    String verify = "veritysetup verify data ours " + tree.rootHash().hex();
    oracles.succeed(folder, verify);

    data[200 * 4096 + 17] ^= 1;
    Files.write(folder.resolve("data"), data);

    ToolResult refusal = oracles.shell(folder, verify);
    assertThat(refusal.exit()).isNotZero();
    assertThat(String.join("\n", refusal.complaints())).contains("" + 200 * 4096);
    assertThat(
            VerityCheck.check(
                ByteSource.of(data), ByteSource.of(folder.resolve("ours")), tree.rootHash()))
        .isEqualTo(new VerityVerdict.DataDamaged(List.of(200L)));
  }

  @Test
  void veritysetupTakesTreesWithoutSalt() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    VerityTree tree = tree(SampleTree.noise(150 * 4096, 2), new VeritySpec(SPEC.uuid(), Salt.NONE));

    oracles.succeed(folder, "veritysetup verify data ours " + tree.rootHash().hex());
  }

  private VerityTree tree(byte[] data, VeritySpec spec) throws IOException, InterruptedException {
    Files.write(folder.resolve("data"), data);
    VerityTree tree = VerityTree.of(ByteSource.of(data), spec);
    Images.write(folder.resolve("ours"), tree::write);
    return tree;
  }
}
