package io.microvisor.formats.erofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.FileTree;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class EarlierImageTest {
  private static final ContentSource NOTHING = _ -> Optional.empty();

  /// An image and what its writer told.
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Made(byte[] bytes, ErofsResult result) {
    EarlierImage earlier() {
      return new EarlierImage(ByteSource.of(bytes), result.index());
    }
  }

  private static Made make(
      FileTree tree, ContentSource contents, ErofsSpec spec, EarlierImage earlier)
      throws IOException {
    MemorySink sink = new MemorySink();
    ErofsResult result = ErofsWriter.write(tree, contents, spec, earlier, sink);
    return new Made(sink.toBytes(), result);
  }

  @Property(tries = 40)
  void changesNoBit(@ForAll long seed, @ForAll long otherSeed) throws IOException {
    for (ErofsSpec spec : List.of(SampleTree.spec(8192), SampleTree.uncompressed())) {
      SampleTree before = SampleTree.random(seed);
      SampleTree after = SampleTree.random(otherSeed);
      before.file("shared/one", SampleTree.text(300_000, 7)).file("shared/small", new byte[] {1});
      after.file("shared/two", SampleTree.text(300_000, 7)).file("shared/tiny", new byte[] {1});

      EarlierImage earlier =
          make(before.tree(), before.contents(), spec, EarlierImage.NONE).earlier();

      Made fresh = make(after.tree(), after.contents(), spec, EarlierImage.NONE);
      Made made = make(after.tree(), after.contents(), spec, earlier);
      assertThat(made.bytes()).isEqualTo(fresh.bytes());
      assertThat(made.result().index().toBytes()).isEqualTo(fresh.result().index().toBytes());
    }
  }

  @Test
  void needsNoContentOfWhatIsTheSame() throws IOException {
    SampleTree sample = SampleTree.everyKind();
    Made first = make(sample.tree(), sample.contents(), SampleTree.spec(), EarlierImage.NONE);

    Made again = make(sample.tree(), NOTHING, SampleTree.spec(), first.earlier());

    assertThat(again.bytes()).isEqualTo(first.bytes());
  }

  @Test
  void hasTheSmallFilesBehindOneThatGrew() throws IOException {
    SampleTree before = manySmallFiles().file("a", SampleTree.text(10, 1));
    SampleTree after = manySmallFiles().file("a", SampleTree.text(2000, 2));
    Made first = make(before.tree(), before.contents(), SampleTree.spec(8192), EarlierImage.NONE);
    ContentSource onlyNew =
        digest ->
            before.contents().find(digest).isPresent()
                ? Optional.empty()
                : after.contents().find(digest);

    Made second = make(after.tree(), onlyNew, SampleTree.spec(8192), first.earlier());

    assertThat(second.bytes())
        .isEqualTo(
            make(after.tree(), after.contents(), SampleTree.spec(8192), EarlierImage.NONE).bytes());
  }

  private static SampleTree manySmallFiles() {
    SampleTree sample = new SampleTree();
    for (int i = 0; i < 200; i++) {
      sample.file("b" + i, SampleTree.text(100 * i, i));
    }
    return sample.file("noise", SampleTree.noise(150_000, 1));
  }

  @Test
  void isOfNoUseForAnotherLevel() throws IOException {
    SampleTree sample = new SampleTree().file("f", SampleTree.text(100_000, 1));
    Made first = make(sample.tree(), sample.contents(), SampleTree.spec(8192), EarlierImage.NONE);

    assertThatThrownBy(() -> make(sample.tree(), NOTHING, SampleTree.spec(16384), first.earlier()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void indexSurvivesItsByteForm() throws IOException {
    Made made = sample();
    byte[] bytes = made.result().index().toBytes();

    assertThat(ImageIndex.parse(bytes, made.bytes().length).toBytes()).isEqualTo(bytes);
  }

  @Test
  void refusesIndexThatIsCutOrOfASmallerImage() throws IOException {
    Made made = sample();
    byte[] bytes = made.result().index().toBytes();
    int fragment = 52;
    for (int length = 0; length < bytes.length; length++) {
      if ((bytes.length - length) % fragment == 0) {
        continue; // All but the last fragments, which are asked for, and then not there.
      }
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> ImageIndex.parse(cut, made.bytes().length))
          .isInstanceOf(FormatException.class);
    }
    assertThatThrownBy(() -> ImageIndex.parse(bytes, 4096)).isInstanceOf(FormatException.class);
  }

  private static Made sample() throws IOException {
    SampleTree sample = SampleTree.everyKind();
    return make(sample.tree(), sample.contents(), SampleTree.spec(), EarlierImage.NONE);
  }
}
