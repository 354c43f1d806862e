package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tar.TarReader;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.packages.unpack.Unpacker;
import io.microvisor.store.Store;
import io.microvisor.systemtests.TreeListing.Fact;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.LZMAOutputStream;
import org.tukaani.xz.XZOutputStream;

/// Packages whose members are odd, as builders other than dpkg-deb make them: dpkg installs them, and our reader's tree is
/// what dpkg makes.
class OddMembersOracleTest {
  /// Shell functions: `deb NAME` makes a package of the data.tar before it, and has dpkg install it below NAME/root.
  private static final String FUNCTIONS =
      """
      add() { tar --owner=0 --group=0 --no-recursion -rf data.tar "$@"; }
      file() { rm -f x/$1 && printf '%s' "$2" >x/$1 && add ./x/$1; }
      link() { rm -f x/$1 && ln -s "$2" x/$1 && add ./x/$1; }
      begin() { rm -rf x data.tar && mkdir x && chmod 755 . x && add ./ ./x/; }
      deb() {
        printf 'Package: %s\\nVersion: 1\\nArchitecture: all\\nMaintainer: a <a@example.com>\\nDescription: odd\\n' "$1" >control
        tar --owner=0 --group=0 -cf control.tar ./control
        [ ! -e conffiles ] || tar --owner=0 --group=0 -rf control.tar ./conffiles
        echo 2.0 >debian-binary
        ar rc "$1.deb" debian-binary control.tar data.tar
        mkdir -p "$1/root/var/lib/dpkg/info" "$1/root/var/lib/dpkg/updates"
        : >"$1/root/var/lib/dpkg/status"
        cp data.tar "$1/"
        mkdir -p "$1/root/etc"
        echo www-data:x:33:33::/:/bin/sh >"$1/root/etc/passwd"
        echo staff:x:50: >"$1/root/etc/group"
        dpkg --root="$PWD/$1/root" --force-all --no-triggers -i "$1.deb" >"$1/log" 2>&1 && echo "$1" || true
      }
      """;

  private static final String CASES =
      """
      begin; file a one; file a other; deb file-twice
      begin; file a one; ln x/a x/h; tar --owner=0 --group=0 -rf data.tar ./x/a ./x/h; file a other; deb hard-link-to-the-first
      begin; file a one; link a b; deb link-behind-file
      begin; link a b; link a c; deb link-twice
      begin; mkdir x/d; add ./x/d/; chmod 700 x/d; add ./x/d/; deb folder-twice
      begin; file a one; rm x/a; mkdir x/a; add ./x/a/; deb folder-behind-file
      """;

  /// The first account is one of every Debian system, the second one that a package's script makes later.
  private static final String OWNERS =
      """
      named() { rm -f x/a && echo one >x/a && tar --no-recursion --owner="$1" --group="$2" -rf data.tar ./x/a; }
      begin; named www-data:0 staff:0; deb known-by-name
      begin; named someone:5 others:7; deb unknown-name
      begin; named :33 :50; deb number-alone
      begin; file a one; tar -P --transform='s,^[.],,' --owner=0 --group=0 -rf data.tar ./x/a; deb absolute
      begin; file a one; ln x/a x/h; tar -P --transform='s,^[.],,' --owner=0 --group=0 -rf data.tar ./x/a ./x/h; deb absolute-link
      """;

  private static final String CONFFILES =
      """
      begin; file a one
      listed() { name=$1; shift; printf "$@" >conffiles; deb "$name"; rm -f conffiles; }
      listed absolute '/x/a\\n'
      listed blanks-behind '/x/a  \\n'
      listed not-there '/x/b\\n'
      listed removed 'remove-on-upgrade /x/c\\n'
      listed nothing ''
      listed no-slash 'x/a\\n'
      listed no-slash-behind-flag 'remove-on-upgrade x/c\\n'
      listed flag-alone 'remove-on-upgrade \\n'
      listed other-flag 'keep /x/a\\n'
      listed blank-before ' /x/a\\n'
      listed no-line-break '/x/a'
      listed empty-line '/x/a\\n\\n'
      listed slash-then-none '/x/a\\nx/a\\n'
      """;

  private static final Set<String> REFUSED = Set.of("folder-behind-file");

  @TempDir Path folder;

  @Test
  void memberOfOneNameIsTakenAsDpkgTakesIt() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    List<String> installed = oracles.succeed(folder, FUNCTIONS + CASES).lines().toList();
    Set<Fact> facts = EnumSet.of(Fact.MODE, Fact.HARD_LINKS);

    assertThat(installed).hasSize(5).doesNotContainAnyElementsOf(REFUSED);
    for (String name : installed) {
      SortedMap<String, String> ours = TreeListing.of(read(name), facts);
      ours.keySet().removeIf(path -> !path.startsWith("/x/"));
      SortedMap<String, String> dpkgs = TreeListing.of(folder.resolve(name + "/root"), facts);
      dpkgs.keySet().removeIf(path -> !path.startsWith("/x/"));
      assertThat(ours).as(name).isNotEmpty().isEqualTo(dpkgs);
    }
    for (String name : REFUSED) {
      assertThat(catchRefusal(name)).as(name).contains("of another kind");
    }
  }

  @Test
  void ownersAndPathsAreTakenAsDpkgTakesThem() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    List<String> installed = oracles.succeed(folder, FUNCTIONS + OWNERS).lines().toList();
    Set<Fact> facts = EnumSet.of(Fact.MODE, Fact.OWNER, Fact.HARD_LINKS);

    assertThat(installed).hasSize(5);
    try (Store store = Store.open(folder.resolve("store"))) {
      for (String name : installed) {
        ByteSource deb = ByteSource.of(folder.resolve(name + ".deb"));
        SortedMap<String, String> ours =
            TreeListing.of(new Unpacker(store).unpack(deb).tree(), facts);
        ours.keySet().removeIf(path -> !path.startsWith("/x/"));
        SortedMap<String, String> dpkgs = TreeListing.of(folder.resolve(name + "/root"), facts);
        dpkgs.keySet().removeIf(path -> !path.startsWith("/x/"));
        assertThat(ours).as(name).isNotEmpty().isEqualTo(dpkgs);
      }
    }
  }

  @Test
  void conffilesAreRefusedThatDpkgRefuses() throws IOException, InterruptedException {
    List<String> installed = Oracles.open().succeed(folder, FUNCTIONS + CONFFILES).lines().toList();

    assertThat(installed).contains("absolute", "removed").doesNotContain("no-slash");
    List<String> taken = new ArrayList<>();
    try (Store store = Store.open(folder.resolve("store"));
        DirectoryStream<Path> debs = Files.newDirectoryStream(folder, "*.deb")) {
      for (Path deb : debs) {
        if (refusal(store, ByteSource.of(deb)).isEmpty()) {
          taken.add(deb.getFileName().toString().replace(".deb", ""));
        }
      }
      assertThat(refusal(store, ByteSource.of(folder.resolve("no-slash.deb"))))
          .contains(
              "conffiles in control.tar: \"x/a\" is no absolute path (expected: a / in front)");
    }
    assertThat(taken).containsExactlyInAnyOrderElementsOf(installed);
  }

  @Test
  void compressionsAreTakenThatDpkgTakes() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    oracles.succeed(folder, FUNCTIONS + "begin; file a one; deb plain");
    List<String> suffixes = List.of(".gz", ".bz2", ".lzma", ".xz", ".lz");
    for (String part : List.of("control.tar", "data.tar")) {
      for (String suffix : suffixes) {
        try (OutputStream out =
            compressing(suffix, Files.newOutputStream(folder.resolve(part + suffix)))) {
          Files.copy(folder.resolve(part), out);
        }
      }
    }
    String script =
        """
        for suffix in %s; do
          ar rc "data$suffix.deb" debian-binary control.tar "data.tar$suffix"
          ar rc "control$suffix.deb" debian-binary "control.tar$suffix" data.tar
          for part in data control; do
            mkdir "$part$suffix"
            dpkg-deb -R "$part$suffix.deb" "$part$suffix" >/dev/null 2>&1 && echo "$part$suffix" || true
          done
        done
        """
            .formatted(String.join(" ", suffixes));
    List<String> taken = oracles.succeed(folder, script).lines().toList();

    assertThat(taken).contains("data.bz2", "data.lzma").doesNotContain("control.bz2", "data.lz");
    try (Store store = Store.open(folder.resolve("store"))) {
      for (String suffix : suffixes) {
        for (String part : List.of("data", "control")) {
          ByteSource deb = ByteSource.of(folder.resolve(part + suffix + ".deb"));
          assertThat(refusal(store, deb).isEmpty())
              .as(part + suffix)
              .isEqualTo(taken.contains(part + suffix));
        }
      }
    }
  }

  private static OutputStream compressing(String suffix, OutputStream out) throws IOException {
    return switch (suffix) {
      case ".gz" -> new GZIPOutputStream(out);
      case ".bz2" -> new BZip2CompressorOutputStream(out);
      case ".lzma" -> new LZMAOutputStream(out, new LZMA2Options(0), -1);
      case ".xz" -> new XZOutputStream(out, new LZMA2Options(0));
      default -> out;
    };
  }

  private static String refusal(Store store, ByteSource deb) throws IOException {
    try {
      new Unpacker(store).unpack(deb);
      return "";
    } catch (FormatException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private FileTree read(String name) throws IOException {
    try (InputStream in = Files.newInputStream(folder.resolve(name).resolve("data.tar"))) {
      return TarReader.read(in, ContentSink.discarding());
    }
  }

  private String catchRefusal(String name) throws IOException {
    try {
      read(name);
      return "";
    } catch (FormatException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
