package io.microvisor.packages.toolroot;

import static io.microvisor.packages.install.Debs.deb;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.files.UntrustedFolderException;
import io.microvisor.packages.unpack.UnpackedPackage;
import io.microvisor.store.Retention;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolRootTest {
  @TempDir private Path directory;
  private final AtomicInteger fetched = new AtomicInteger();

  @Test
  void unpacksPackagesOnceForEachSet() throws Exception {
    ToolRoot first = ToolRoot.of(provider("a"), List.of("tool"), directory.resolve("roots"));
    ToolRoot again = ToolRoot.of(provider("a"), List.of("tool"), directory.resolve("roots"));
    ToolRoot other = ToolRoot.of(provider("b"), List.of("tool"), directory.resolve("roots"));

    assertThat(again.path()).isEqualTo(first.path()).isNotEqualTo(other.path());
    assertThat(fetched).hasValue(2);
    assertThat(first.versions()).containsEntry("tool", "1.0");
  }

  @Test
  void keepsLinksAndPermissionsAndMakesAccounts() throws Exception {
    Path root = ToolRoot.of(provider("a"), List.of("tool"), directory).path();

    assertThat(root.resolve("usr/bin/tool")).hasContent("tool").isRegularFile();
    assertThat(Files.getAttribute(root.resolve("usr/bin/tool"), "unix:nlink")).isEqualTo(2);
    assertThat(Files.readSymbolicLink(root.resolve("bin"))).isEqualTo(Path.of("usr/bin"));
    assertThat(root.resolve("etc/passwd")).hasContent("root:x:0:0");
  }

  @Test
  void leavesNothingBehindWhenPackagesClash() throws IOException {
    PackageProvider clash =
        provider("c", deb("a").with("x", "1").unpacked(), deb("b").with("x", "2").unpacked());

    assertThatThrownBy(() -> ToolRoot.of(clash, List.of("tool"), directory))
        .isInstanceOf(IOException.class);
    assertThat(directory.toFile().list()).hasSize(1).allMatch(name -> name.endsWith(".used"));
  }

  @Test
  void sweepsWhatADeadProcessLeftHalfMade() throws Exception {
    String key = ToolRoot.of(provider("a"), List.of("tool"), directory).path().toFile().getName();
    Path other = Files.createDirectory(directory.resolve("other"));
    Files.createDirectories(other.resolve("unfinished-" + key + "/usr/bin"));
    Files.writeString(other.resolve("unfinished-" + key + "/usr/bin/tool"), "half");

    Path root = ToolRoot.of(provider("a"), List.of("tool"), other).path();

    assertThat(root.resolve("usr/bin/tool")).hasContent("tool");
    assertThat(other.resolve("unfinished-" + key)).doesNotExist();
  }

  /// A machine runs for hours, and a second one is to start.
  @Test
  void waitsForNobodyWhoUsesTheSame() throws Exception {
    String key = ToolRoot.of(provider("a"), List.of("tool"), directory).path().toFile().getName();
    Path other = Files.createDirectory(directory.resolve("other"));
    Files.createDirectory(other.resolve(key));
    Process user =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                User.class.getName(),
                other.resolve(key + ".used").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(user.getInputStream().read()).isEqualTo('!');

      assertThat(
              CompletableFuture.supplyAsync(() -> {
                try {
                  return ToolRoot.of(provider("a"), List.of("tool"), other).path();
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }))
          .succeedsWithin(Duration.ofSeconds(30))
          .isEqualTo(other.resolve(key));
    } finally {
      user.destroy();
    }
  }

  /// Another process, which uses a tool root until it is killed.
  static final class User {
    private User() {}

    public static void main(String[] arguments) throws IOException {
      try (FileChannel mark =
              FileChannel.open(
                  Path.of(arguments[0]),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          FileLock _ = mark.lock(0, Long.MAX_VALUE, true)) {
        System.out.print('!');
        System.out.flush();
        LockSupport.park();
      }
    }
  }

  @Test
  void countsAndPrunesThoseThatNoProcessUses() throws Exception {
    String used = ToolRoot.of(provider("a"), List.of("tool"), directory).path().toFile().getName();
    Path old = Files.createDirectory(directory.resolve("0".repeat(64)));
    Files.writeString(old.resolve("file"), "12345");
    Path half = Files.createDirectory(directory.resolve("unfinished-" + "1".repeat(64)));
    Files.writeString(half.resolve("file"), "123");
    Path someones = Files.createDirectory(directory.resolve("something else"));
    ToolRoots roots = new ToolRoots(directory);

    assertThat(roots.amount().count()).isEqualTo(3);
    assertThat(roots.prune(Retention.NOTHING, false))
        .isEqualTo(new ToolRoots.Amount(2, new ByteSize(8)));
    assertThat(old).exists();

    assertThat(roots.prune(Retention.NOTHING, true))
        .isEqualTo(new ToolRoots.Amount(2, new ByteSize(8)));

    assertThat(old).doesNotExist();
    assertThat(half).doesNotExist();
    assertThat(someones).exists();
    assertThat(directory.resolve(used)).exists();
    assertThat(directory.toFile().list())
        .filteredOn(name -> !name.endsWith(".used"))
        .containsExactlyInAnyOrder(used, "something else");
  }

  private PackageProvider provider(String key) throws IOException {
    return provider(
        key,
        deb("base-files").link("bin", "usr/bin").directory("usr/bin", 0755).unpacked(),
        deb("base-passwd").with("usr/share/base-passwd/passwd.master", "root:x:0:0").unpacked(),
        deb("tool").with("bin/tool", "tool").hardLink("bin/twin", "bin/tool").unpacked());
  }

  private PackageProvider provider(String key, UnpackedPackage... packages) {
    return wishes ->
        new PackageProvider.PackageSet() {
          @Override
          public Digest key() {
            return Digest.sha256(key);
          }

          @Override
          public SortedMap<String, String> versions() {
            return new TreeMap<>(Map.of("tool", "1.0"));
          }

          @Override
          public List<UnpackedPackage> unpacked() {
            fetched.incrementAndGet();
            return List.of(packages);
          }
        };
  }

  @Test
  void removesNothingWhereOthersCanHavePutIt() throws Exception {
    Path shared = Files.createDirectory(directory.resolve("shared"));
    Path root = Files.createDirectory(shared.resolve("a".repeat(64)));
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> new ToolRoots(shared).prune(Retention.NOTHING, true))
        .isInstanceOf(UntrustedFolderException.class);
    assertThat(root).isDirectory();
  }
}
