package io.microvisor.packages.toolroot;

import static io.microvisor.packages.install.Debs.deb;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.unpack.UnpackedPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
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
    assertThat(directory).isEmptyDirectory();
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
}
