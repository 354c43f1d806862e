package io.microvisor.packages.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.packages.catalog.LeftOut;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderIndexTest {
  @TempDir private Path directory;
  private Path debs = Path.of("");
  private Store store;

  @BeforeEach
  void open() throws IOException {
    debs = Files.createDirectory(directory.resolve("debs"));
    store = Store.open(directory.resolve("store"));
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  @Test
  void describesEachPackageAsAnIndexWould() throws Exception {
    Path file = TinyDeb.into(debs, "hello", "2.10-5", "amd64", "Depends: libc6 (>= 2.38)\n");
    TinyDeb.into(debs.resolve("more"), "docs", "1", "all", "");

    LocalPackages read = read();

    assertThat(read.packages()).extracting(DebPackage::name).containsExactly("hello", "docs");
    DebPackage hello = read.packages().getFirst();
    assertThat(hello.version()).hasToString("2.10-5");
    assertThat(hello.filename()).isEqualTo("hello_2.10-5_amd64.deb");
    assertThat(hello.size()).isEqualTo(Files.size(file));
    assertThat(hello.sha256()).isEqualTo(Digest.sha256(ByteSource.of(file)));
    assertThat(hello.origin()).hasToString("local/debs");
    assertThat(hello.depends().clauses()).hasToString("[[libc6 (>= 2.38)]]");
    assertThat(read.packages().getLast().filename()).isEqualTo("more/docs_1_all.deb");
    assertThat(read.notes()).isEmpty();
  }

  @Test
  void seesAChangedFileOfTheSameNameSizeAndTime() throws Exception {
    Path file = TinyDeb.into(debs, "hello", "1", "amd64", "X-Note: one\n");
    DebPackage before = read().packages().getFirst();
    var time = Files.getLastModifiedTime(file);
    TinyDeb.into(debs, "hello", "1", "amd64", "X-Note: two\n");
    Files.setLastModifiedTime(file, time);

    DebPackage after = read().packages().getFirst();

    assertThat(after.size()).isEqualTo(before.size());
    assertThat(after.sha256()).isNotEqualTo(before.sha256());
  }

  @Test
  void leavesOutOtherArchitecturesAndSaysSo() throws Exception {
    TinyDeb.into(debs, "hello", "1", "arm64", "");

    LocalPackages read = read();

    assertThat(read.packages()).isEmpty();
    assertThat(read.notes())
        .containsExactly(
            "debs/hello_1_arm64.deb: for arm64, left out (expected: amd64 or all)",
            "debs: no package for amd64 in this folder (expected: .deb files)");
  }

  @Test
  void leavesOutFilesThatAreNoPackagesAndSaysWhy() throws Exception {
    Files.writeString(debs.resolve("a_1_all.deb"), "<html>404 not found</html>");
    byte[] whole = TinyDeb.bytes("b", "1", "all", "");
    Files.write(debs.resolve("b.deb"), Arrays.copyOf(whole, 200));
    Files.write(debs.resolve("c.deb"), TinyDeb.ofControl("Package: c\nArchitecture: all\n"));
    Files.writeString(debs.resolve("README"), "not looked at");
    TinyDeb.into(debs, "hello", "1", "amd64", "");

    LocalPackages read = read();

    assertThat(read.packages()).extracting(DebPackage::name).containsExactly("hello");
    assertThat(read.leftOut()).extracting(LeftOut::name).containsExactly("a", "b", "c");
    assertThat(read.catalog().leftOut()).isEqualTo(read.leftOut());
    assertThat(read.notes()).hasSize(3);
    assertThat(read.notes().get(0))
        .startsWith("debs: left out: a_1_all.deb: not a common ar archive");
    assertThat(read.notes().get(1)).startsWith("debs: left out: b.deb: ");
    assertThat(read.notes().get(2)).startsWith("debs: left out: c.deb: ").contains("Version");
  }

  @Test
  void leavesOutASecondFileThatIsTheSamePackageWithOtherContents() throws Exception {
    TinyDeb.into(debs, "hello", "1", "amd64", "");
    Files.write(debs.resolve("other.deb"), TinyDeb.bytes("hello", "1", "amd64", "X-Other: yes\n"));

    assertThat(read().leftOut())
        .containsExactly(
            new LeftOut(
                read().origin(),
                "hello",
                "other.deb: another hello 1, with other contents, is in hello_1_amd64.deb (expected: one)"));
  }

  @Test
  void takesTheSameFileUnderTwoNamesOnce() throws Exception {
    Path file = TinyDeb.into(debs, "hello", "1", "amd64", "");
    Files.createSymbolicLink(debs.resolve("latest.deb"), file.getFileName());

    assertThat(read().packages()).hasSize(1);
  }

  @Test
  void followsNoLinkOutOfTheFolder() throws Exception {
    Path outside = TinyDeb.into(directory, "secret", "1", "amd64", "");
    Files.createSymbolicLink(debs.resolve("link.deb"), outside);

    assertThat(read().packages()).isEmpty();
    assertThat(read().notes())
        .contains("debs: left out: link.deb: a link out of the folder (expected: a file in it)");
  }

  private LocalPackages read() throws IOException, InterruptedException {
    return new FolderIndex(store).read(new LocalFolder("debs", debs, "amd64", Preference.NONE));
  }
}
