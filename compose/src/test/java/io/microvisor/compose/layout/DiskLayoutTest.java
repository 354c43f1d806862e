package io.microvisor.compose.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Guid;
import io.microvisor.formats.gpt.PartitionExtent;
import io.microvisor.formats.gpt.PartitionType;
import io.microvisor.formats.gpt.SectorSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskLayoutTest {
  private static final Digest ROOT_HASH = Digest.sha256("root hash");

  @TempDir Path folder;

  @Test
  void anImmutableImageHasThePartitionsOfTheTable() throws IOException {
    DiskLayout layout = layout("ext4");

    assertThat(layout.partitions()).extracting(DiskLayoutTest::row).isEqualTo(documented());
  }

  @Test
  void withoutStateThereAreOnlyThoseOfTheImage() throws IOException {
    List<Partition> withState = layout("ext4").partitions();

    assertThat(layout("none").partitions()).isEqualTo(withState.subList(0, 3));
    assertThat(withState)
        .extracting(Partition::isInImage)
        .containsExactly(true, true, true, false, false, false);
  }

  @Test
  void theImageHasItsPartitionsOneBehindTheOther() throws IOException {
    ImageLayout image = layout("ext4").image(ROOT_HASH);

    assertThat(image.partitions())
        .extracting(ImageLayout.Placed::extent)
        .containsExactly(mebibytes(1, 260), mebibytes(261, 16), mebibytes(277, 1));
    assertThat(image.table().diskSize())
        .isEqualTo(ByteSize.ofMebibytes(279))
        .isEqualTo(layout("ext4").leastImage());
    assertThat(image.partitions())
        .extracting(each -> each.entry().unique())
        .containsExactly(
            Guid.derive(ROOT_HASH, "esp"), Guid.ofHalf(ROOT_HASH, 0), Guid.ofHalf(ROOT_HASH, 1));
    assertThat(image.partitions())
        .extracting(ImageLayout.Placed::content)
        .containsExactly(
            Content.Built.ESP_FILES, Content.Built.ROOT_IMAGE, Content.Built.HASH_TREE);
  }

  @Test
  void aLargerImageHasRoomBehindThem() throws IOException {
    DiskLayout fitting = layout("none");
    DiskLayout larger =
        new DiskLayout(
            fitting.sectorSize(),
            new ImageSize.Exactly(ByteSize.ofMebibytes(512)),
            fitting.partitions());

    assertThat(larger.image(ROOT_HASH).table().diskSize()).isEqualTo(ByteSize.ofMebibytes(512));
    assertThat(larger.image(ROOT_HASH).partitions())
        .isEqualTo(fitting.image(ROOT_HASH).partitions());
    assertThat(larger.leastImage()).isEqualTo(fitting.leastImage());
  }

  @Test
  void nothingComesTwiceNorBehindWhatTakesAllThatIsLeft() throws IOException {
    Partition esp = layout("ext4").partitions().getFirst();
    Partition state = layout("ext4").partitions().getLast();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> of(esp, esp))
        .withMessage("esp: twice (expected: once)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> of(state, esp))
        .withMessageStartingWith("esp: behind ");
  }

  @Test
  void aGuidIsKnownToWhoMakesThePartition() {
    for (PartitionGuid guid :
        List.of(new PartitionGuid.HalfOfRootHash(0), new PartitionGuid.FromRootHash("state"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> partition(guid, Content.OnMachine.EXT4))
          .withMessageContaining("(expected: a GUID that is known to who makes the partition)");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> partition(new PartitionGuid.ByMachine(), Content.Built.ROOT_IMAGE));
    assertThat(
            partition(
                    new PartitionGuid.Fixed(Guid.derive(ROOT_HASH, "any")),
                    Content.Built.ROOT_IMAGE)
                .isInImage())
        .isTrue();
  }

  @Test
  void aHashTreeTakesOneBlockInEach128AndWhatDescribesIt() {
    assertThat(Role.hashTreeOf(ByteSize.ofMebibytes(1))).isEqualTo(ByteSize.ofMebibytes(1));
    assertThat(Role.hashTreeOf(ByteSize.ofMebibytes(1024))).isEqualTo(ByteSize.ofMebibytes(9));
  }

  private DiskLayout layout(String state) throws IOException {
    return SmallDisk.template(folder, 512, state).diskLayout();
  }

  private static DiskLayout of(Partition... partitions) {
    return new DiskLayout(SectorSize.B512, new ImageSize.Fitting(), List.of(partitions));
  }

  private static Partition partition(PartitionGuid guid, Content content) {
    return new Partition(
        new Role.State(),
        PartitionType.LINUX_GENERIC,
        guid,
        "any",
        new PartitionSize.AtLeast(ByteSize.ofMebibytes(64)),
        Set.of(),
        content);
  }

  private static PartitionExtent mebibytes(long start, long size) {
    return new PartitionExtent(start << 20, size << 20);
  }

  /// The rows of the table in the documentation.
  private static List<List<String>> documented() throws IOException {
    Path source = Path.of("src/main/java", DiskLayout.class.getName().replace('.', '/') + ".java");
    return Files.readAllLines(source).stream()
        .filter(line -> line.startsWith("/// |"))
        .skip(2)
        .map(line -> Arrays.stream(line.substring(5).split("\\|", -1)).map(String::strip).toList())
        .map(cells -> cells.subList(0, cells.size() - 1))
        .toList();
  }

  private static List<String> row(Partition partition) {
    List<String> cells = new ArrayList<>();
    cells.add(partition.role().name());
    cells.add(partition.type().identifier());
    cells.add(
        switch (partition.guid()) {
          case PartitionGuid.HalfOfRootHash(int half) ->
              (half == 0 ? "first" : "second") + " half of root hash";
          case PartitionGuid.FromRootHash _ -> "from root hash";
          case PartitionGuid.Fixed _ -> "fixed";
          case PartitionGuid.ByMachine _ -> "by machine";
        });
    cells.add(partition.label().replace("small_1", "NAME_VERSION"));
    cells.add(
        switch (partition.size()) {
          case PartitionSize.Exactly _ -> "exactly";
          case PartitionSize.AtLeast _ -> "at least";
        });
    cells.add(
        partition.flags().stream()
            .map(Enum::name)
            .map(DiskLayoutTest::word)
            .collect(Collectors.joining(", ")));
    cells.add(
        switch (partition.content()) {
          case Content.Built built -> word(built.name()).replace('-', ' ');
          case Content.OnMachine made -> word(made.name());
        });
    return cells;
  }

  private static String word(String constant) {
    return constant.toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
