package io.microvisor.formats.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.FormatException.Kind;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.testkit.Malformed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the reader refuses, and that it always refuses it in the right way.
class TarReaderTest {
  private static final byte[] NONE = {};

  private final ByteArrayOutputStream archive = new ByteArrayOutputStream();

  private TarReaderTest member(char type, String path, String target, long size) {
    archive.writeBytes(
        new TarHeader(bytes(path), 0644, 0, 0, size, 0, type, bytes(target), NONE, NONE, 0, 0)
            .toBytes());
    return this;
  }

  private TarReaderTest content(String text) {
    return content(bytes(text));
  }

  private TarReaderTest content(byte[] bytes) {
    archive.writeBytes(Arrays.copyOf(bytes, Math.ceilDiv(bytes.length, 512) * 512));
    return this;
  }

  private TarReaderTest extended(String keyword, String value) {
    PaxRecords records = new PaxRecords();
    records.add(keyword, value);
    byte[] content = records.toBytes();
    return member('x', "PaxHeaders", "", content.length).content(content);
  }

  private TarReaderTest end() {
    archive.writeBytes(new byte[1024]);
    return this;
  }

  private FileTree read() throws IOException {
    return read(archive.toByteArray());
  }

  private static FileTree read(byte[] bytes) throws IOException {
    return TarReader.read(new ByteArrayInputStream(bytes), ContentSink.discarding());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void refused(Kind kind, String words, ThrowingCallable reading) {
    assertThatThrownBy(reading)
        .isInstanceOfSatisfying(FormatException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContaining(words);
  }

  @Test
  void makesDirectoriesThatAreNotMentioned() throws IOException {
    FileTree tree = member('0', "./usr/share/x", "", 0).end().read();

    assertThat(tree.find("usr/share")).containsInstanceOf(Inode.Directory.class);
  }

  @Test
  void takesADirectoryThatComesAgain() throws IOException {
    assertThat(member('5', "a/", "", 0).member('5', "./a", "", 0).end().read().size()).isEqualTo(2);
  }

  @Test
  void keepsOfADirectoryWhatIsSaidOfItFirst() throws IOException {
    member('0', "a/file", "", 0);
    archive.writeBytes(directory("a/", 0700));
    archive.writeBytes(directory("./a", 0755));

    assertThat(end().read().find("a").orElseThrow().meta().mode()).isEqualTo(0700);
  }

  @Test
  void slashesInFrontOfAPathCountForNothing() throws IOException {
    member('0', "/etc/one", "", 0).member('1', "//two", "/etc/one", 0);

    FileTree tree = end().read();

    assertThat(tree.find("etc/one")).isPresent().isEqualTo(tree.find("two"));
  }

  private static byte[] directory(String path, int mode) {
    return new TarHeader(bytes(path), mode, 0, 0, 0, 0, '5', bytes(""), NONE, NONE, 0, 0).toBytes();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/../../x", "..", "./..", "a/..", "/../x", "/", ""})
  void refusesPathsThatLeaveTheTree(String path) {
    member('0', path, "", 0).end();

    assertThatThrownBy(this::read).isInstanceOf(FormatException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "/etc/passwd", "/../x", "a/../../x", "later", "", ".", "here"})
  void refusesHardLinksToAnythingButAnEarlierMember(String target) {
    member('1', "here", target, 0).member('0', "later", "", 0).end();

    assertThatThrownBy(this::read).isInstanceOf(FormatException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"path", "linkpath"})
  void refusesExtendedHeadersThatLeaveTheTree(String keyword) {
    extended(keyword, "../../x").member('1', "./here", "./there", 0).end();

    refused(Kind.DAMAGED, "..", this::read);
  }

  @Test
  void refusesLongNamesThatLeaveTheTree() {
    member('L', "././@LongLink", "", 5).content("../x\0").member('0', "x", "", 0).end();

    refused(Kind.DAMAGED, "..", this::read);
  }

  @Test
  void writesThroughNoSymbolicLink() {
    member('2', "./lib", "/etc", 0).member('0', "./lib/passwd", "", 0).end();

    refused(Kind.DAMAGED, "/lib is in the way", this::read);
  }

  @Test
  void putsNothingBelowAFile() {
    member('0', "./lib", "", 0).member('5', "./lib/x/", "", 0).end();

    refused(Kind.DAMAGED, "/lib is in the way", this::read);
  }

  @ParameterizedTest
  @CsvSource({"0,5", "5,0", "2,0", "2,5", "5,2", "2,1"})
  void refusesASecondMemberOfAnotherKind(char first, char second) {
    member('0', "b", "", 0).member(first, "a", "t", 0).member(second, "./a", "b", 0).end();

    refused(Kind.DAMAGED, "a second member /a of another kind", this::read);
  }

  @Test
  void aSecondMemberOfTheSameNameTakesThePlaceOfTheFirst() throws IOException {
    FileTree tree =
        member('0', "a", "", 3)
            .content("one")
            .member('1', "hard", "a", 0)
            .member('0', "./a", "", 5)
            .content("other")
            .member('0', "soft", "", 0)
            .member('2', "soft", "b", 0)
            .end()
            .read();

    assertThat(((Inode.RegularFile) tree.find("a").orElseThrow()).size()).isEqualTo(5);
    assertThat(((Inode.RegularFile) tree.find("hard").orElseThrow()).size()).isEqualTo(3);
    assertThat(tree.find("soft")).containsInstanceOf(Inode.Symlink.class);
  }

  @Test
  void refusesALinkThatTakesThePlaceOfWhatItLinksTo() {
    member('0', "a", "", 0).member('1', "./a", "a", 0).end();

    refused(Kind.DAMAGED, "hard link", this::read);
  }

  /// Unix's regular file; Go's bits for a directory, for setuid and for sticky.
  @ParameterizedTest
  @ValueSource(longs = {0100755, 020000000755L, 040000755, 04000755})
  void takesModesWithTheTypeInThem(long mode) throws IOException {
    byte[] header =
        new TarHeader(bytes("a"), 0, 0, 0, 0, 0, '0', bytes(""), NONE, NONE, 0, 0).toBytes();
    header[100] = (byte) 0x80;
    for (int i = 0; i < 7; i++) {
      header[101 + i] = (byte) (mode >> 8 * (6 - i));
    }
    archive.writeBytes(withChecksum(header));

    assertThat(end().read().find("a").orElseThrow().meta().mode()).isEqualTo(0755);
  }

  @Test
  void takesANumberOfNulsAsNone() throws IOException {
    byte[] header =
        new TarHeader(bytes("a"), 0644, 7, 7, 0, 7, '0', bytes(""), NONE, NONE, 0, 0).toBytes();
    Arrays.fill(header, 108, 124, (byte) 0); // uid, gid
    Arrays.fill(header, 136, 148, (byte) 0); // mtime
    archive.writeBytes(withChecksum(header));

    assertThat(end().read().find("a").orElseThrow().meta())
        .isEqualTo(new Meta(0644, 0, 0, 0, Attributes.NONE));
  }

  private static byte[] withChecksum(byte[] header) {
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte one : header) {
      sum += one & 0xff;
    }
    System.arraycopy(bytes("%06o\0 ".formatted(sum)), 0, header, 148, 8);
    return header;
  }

  @Test
  void callsASparseFileWithContentThat() {
    member('S', "disk.img", "", 512).content(new byte[512]).end();

    refused(Kind.UNSUPPORTED, "/disk.img is a sparse file", this::read);
  }

  @ParameterizedTest
  @ValueSource(chars = {'7', 'S', 'D', 'M', 'V', 'N', 'A', 'X', ' ', '\u00ff'})
  void refusesTypesItDoesNotKnow(char type) {
    member(type, "a", "", 0).end();

    refused(Kind.UNSUPPORTED, "/a is", this::read);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GNU.sparse.major",
        "GNU.sparse.name",
        "SCHILY.acl.access",
        "RHT.security.selinux",
        "LIBARCHIVE.xattr.user.x",
        "SCHILY.realsize",
        "unheard.of"
      })
  void refusesKeywordsItDoesNotKnow(String keyword) {
    extended(keyword, "1").member('0', "a", "", 0).end();

    refused(Kind.UNSUPPORTED, keyword, this::read);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "6 a=b",
        "7 a=b\n",
        "0 a=b\n",
        "-6 a=b\n",
        "6 =bc\n",
        "6 abc\n",
        "6a=bc\n",
        "x",
        "99999999999999999999 a=b\n",
        "2147483647 a=b\n",
        "6 a=b\n6",
        "6 a=b\n\0"
      })
  void refusesBrokenExtendedHeaders(String records) {
    member('x', "PaxHeaders", "", records.length()).content(records).member('0', "a", "", 0).end();

    refused(Kind.DAMAGED, "extended header record", this::read);
  }

  @ParameterizedTest
  @CsvSource({
    "size,-1", "size,1e3", "size,99999999999999999999", "uid,-1", "uid,4294967295", "gid,x",
    "mtime,1.2.3", "mtime,9223372036854775808", "mtime,.5", "mtime,1e9", "size,1.5", "path,a\0b"
  })
  void refusesNumbersAndNamesThatMakeNoSense(String keyword, String value) {
    extended(keyword, value).member('0', "a", "", 0).end();

    assertThatThrownBy(this::read).isInstanceOf(FormatException.class);
  }

  @Test
  void refusesAFileLargerThanAnyDisk() {
    extended("size", "8000000000000000000").member('0', "a", "", 0).end();

    refused(Kind.UNSUPPORTED, "8000000000000000000 bytes", this::read);
  }

  @ParameterizedTest
  @ValueSource(chars = {'x', 'g', 'L', 'K'})
  void refusesMetadataTooLargeToKeepInMemory(char type) {
    member(type, "a", "", 077777777777L).end();

    refused(Kind.UNSUPPORTED, "8589934591 bytes", this::read);
  }

  @Test
  void refusesEndlessMetadata() {
    byte[] header =
        new TarHeader(bytes("x"), 0644, 0, 0, 1 << 20, 0, 'L', bytes(""), NONE, NONE, 0, 0)
            .toBytes();
    byte[] member = Arrays.copyOf(header, header.length + (1 << 20));
    InputStream endless =
        new InputStream() {
          private long position;

          @Override
          public int read() {
            return member[(int) (position++ % member.length)] & 0xff;
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            int at = (int) (position % member.length);
            int count = Math.min(length, member.length - at);
            System.arraycopy(member, at, into, offset, count);
            position += count;
            return count;
          }
        };

    refused(
        Kind.UNSUPPORTED,
        "for all together",
        () -> TarReader.read(endless, ContentSink.discarding()));
  }

  @ParameterizedTest
  @ValueSource(chars = {'1', '2', '3', '5', '6'})
  void refusesContentWhereNoneBelongs(char type) {
    member(type, "a", "t", 512).content(new byte[512]).end();

    refused(Kind.UNSUPPORTED, "512 bytes of content", this::read);
  }

  @Test
  void refusesAFileWhoseNameEndsWithASlash() {
    member('0', "a/", "", 0).end();

    refused(Kind.DAMAGED, "a/ is no directory", this::read);
  }

  @Test
  void refusesNamesThatAreNotText() {
    archive.writeBytes(
        new TarHeader(new byte[] {'a', -1}, 0644, 0, 0, 0, 0, '0', new byte[0], NONE, NONE, 0, 0)
            .toBytes());

    refused(Kind.UNSUPPORTED, "UTF-8", () -> end().read());
  }

  @Test
  void refusesNamesLongerThanAnyFileSystemTakes() {
    extended("path", "n".repeat(256)).member('0', "a", "", 0).end();

    refused(Kind.DAMAGED, "256 bytes", this::read);
  }

  @Test
  void refusesAnAttributeLargerThanTheKernelTakes() {
    extended("SCHILY.xattr.user.x", "v".repeat(65537)).member('0', "a", "", 0).end();

    refused(Kind.UNSUPPORTED, "65537 bytes", this::read);
  }

  @Test
  void refusesAnEmptyExtendedHeaderWithoutMember() {
    member('x', "PaxHeaders", "", 0).end();

    refused(Kind.DAMAGED, "ends behind an extended header", this::read);
  }

  @Test
  void refusesAnExtendedHeaderWithoutMember() {
    extended("path", "a").end();

    refused(Kind.DAMAGED, "extended header", this::read);
  }

  @Test
  void takesPaddingOfZerosBehindTheEnd() throws IOException {
    assertThat(member('0', "a", "", 0).end().content(new byte[8192]).read().size()).isEqualTo(2);
  }

  @Test
  void refusesWhatFollowsTheEnd() {
    member('0', "a", "", 0).end().content("more");

    refused(Kind.DAMAGED, "follows", this::read);
  }

  @Test
  void refusesAnEmptyInput() {
    refused(Kind.DAMAGED, "truncated?", () -> read(new byte[0]));
  }

  @Test
  void refusesWhatIsNoArchive() {
    refused(Kind.NOT_THIS_FORMAT, "ustar", () -> read(bytes("<!doctype html>".repeat(100))));
  }

  @Test
  void refusesEveryTruncation() {
    Malformed.refusesEveryTruncation(sample(), 10_000, TarReaderTest::read);
  }

  @Test
  void refusesEveryFlippedBitThatTheChecksumCovers() {
    byte[] sample = sample();
    Malformed.refusesEveryBitFlip(sample, 0, 148, TarReaderTest::read);
    Malformed.refusesEveryBitFlip(sample, 156, 512, TarReaderTest::read);
  }

  @Test
  void survivesBitFlips() {
    Malformed.survivesBitFlips(sample(), 5000, 2, TarReaderTest::read);
  }

  private byte[] sample() {
    return member('5', "./", "", 0)
        .extended("SCHILY.xattr.user.x", "value")
        .member('0', "./file", "", 600)
        .content("c".repeat(600))
        .member('1', "./link", "./file", 0)
        .member('L', "././@LongLink", "", 201)
        .content("n".repeat(200))
        .member('3', "./device", "", 0)
        .end()
        .archive
        .toByteArray();
  }
}
