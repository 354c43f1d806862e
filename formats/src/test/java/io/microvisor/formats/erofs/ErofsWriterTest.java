package io.microvisor.formats.erofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ErofsWriterTest {
  private static final class MapCache implements ExtentCache {
    private final Map<Digest, byte[]> values = new ConcurrentHashMap<>();
    private final AtomicInteger hits = new AtomicInteger();

    @Override
    public Optional<byte[]> find(Digest key) {
      Optional<byte[]> value = Optional.ofNullable(values.get(key));
      value.ifPresent(_ -> hits.incrementAndGet());
      return value;
    }

    @Override
    public void put(Digest key, byte[] value) {
      values.put(key, value);
    }
  }

  private static SampleTree large() {
    SampleTree sample = SampleTree.everyKind();
    for (int i = 0; i < 40; i++) {
      sample.file("large/text-" + i, SampleTree.text(400_000 + i, i));
      sample.file("large/noise-" + i, SampleTree.noise(100_000 + i, i));
    }
    return sample;
  }

  @Test
  void writesTheSameBytesWithAnyNumberOfThreads() throws IOException {
    byte[] one = large().image(SampleTree.spec(), 1);
    assertThat(large().image(SampleTree.spec(), 7)).isEqualTo(one);
  }

  @Test
  void writesTheSameBytesFromTheCacheWithoutCompressingAgain() throws IOException {
    byte[] plain = large().image(SampleTree.spec());
    MapCache cache = new MapCache();
    assertThat(large().image(SampleTree.spec().withCache(cache))).isEqualTo(plain);
    int kept = cache.values.size();
    assertThat(kept).isPositive();
    assertThat(large().image(SampleTree.spec().withCache(cache))).isEqualTo(plain);
    assertThat(cache.values).hasSize(kept);
    assertThat(cache.hits).hasValue(kept);
  }

  @Test
  void ignoresCachedValuesThatMakeNoSense() throws IOException {
    byte[] plain = large().image(SampleTree.spec());
    MapCache cache = new MapCache();
    large().image(SampleTree.spec().withCache(cache));
    cache.values.replaceAll((_, value) -> Arrays.copyOf(value, value.length - 1));
    assertThat(large().image(SampleTree.spec().withCache(cache))).isEqualTo(plain);
  }

  @Test
  void keepsKeysOfOtherParametersApart() throws IOException {
    MapCache cache = new MapCache();
    large().image(SampleTree.spec(64 << 10).withCache(cache));
    byte[] plain = large().image(SampleTree.spec());
    assertThat(large().image(SampleTree.spec().withCache(cache))).isEqualTo(plain);
    assertThat(cache.hits).hasValue(0);
  }

  @Test
  void storesEqualContentsOnce() throws IOException {
    byte[] content = SampleTree.noise(500_000, 1);
    int one = new SampleTree().file("a", content).image(SampleTree.spec()).length;
    int two =
        new SampleTree().file("a", content).file("b", content).image(SampleTree.spec()).length;
    assertThat(two - one).isLessThan(10_000);
  }

  @Test
  void wastesNoBlocksOnManySmallFiles() throws IOException {
    SampleTree sample = new SampleTree();
    for (int i = 0; i < 1000; i++) {
      sample.file("f" + i, SampleTree.text(1000, i));
    }
    assertThat(sample.image(SampleTree.spec()).length).isLessThan(1000 * 1000 / 2);
  }

  @Test
  void namesAFileWhoseContentHasAnotherSize() {
    byte[] content = SampleTree.text(100, 1);
    Digest digest = Digest.sha256(content);
    SampleTree sample =
        new SampleTree().put("etc/f", new Inode.RegularFile(Meta.of(0644), digest, 99));
    ContentSource contents = ContentSource.of(Map.of(digest, ByteSource.of(content)));
    assertThatThrownBy(
            () -> ErofsWriter.write(sample.tree(), contents, SampleTree.spec(), new MemorySink()))
        .isInstanceOf(IOException.class)
        .hasMessage("EROFS image: /etc/f: content of 100 bytes (expected: 99)");
  }

  @Test
  void refusesAnAttributeTheFormatHasNoPlaceFor() {
    Meta meta = Meta.of(0644).withAttributes(Attributes.NONE.with("btrfs.x", new byte[1]));
    SampleTree sample = new SampleTree().file("f", SampleTree.text(10, 1), meta);
    assertThatThrownBy(() -> sample.image(SampleTree.spec()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("attribute btrfs.x: 1 bytes (expected: user.,");
  }

  @Test
  void refusesParametersOutOfRange() {
    assertThatThrownBy(() -> new Compression.Zstd(20, 65536))
        .hasMessage("zstd level: 20 (expected: 1 to 19)");
    assertThatThrownBy(() -> new Compression.Zstd(3, 65537))
        .hasMessage("extent size: 65537 (expected: a power of two from 8192 to 1048576)");
  }
}
