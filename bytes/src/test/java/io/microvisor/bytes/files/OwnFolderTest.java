package io.microvisor.bytes.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnFolderTest {
  private static final Predicate<String> USED = "v1"::equals;
  private static final int NOBODY = 65534;

  @TempDir Path above;
  private Path folder;

  @BeforeEach
  void name() {
    folder = above.resolve("a/cache");
  }

  private static void mode(Path path, int mode) throws IOException {
    Files.setAttribute(path, "unix:mode", mode);
  }

  private static int mode(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode") & 07777;
  }

  @Test
  void aNewOneIsOnlyOurs() throws IOException {
    assertThat(OwnFolder.open(folder, USED)).isEqualTo(folder.toRealPath());
    assertThat(mode(folder)).isEqualTo(0700);
    assertThat(mode(folder.resolve(".."))).isEqualTo(0700);
  }

  @Test
  void oneThatOthersCouldOnlyReadIsClosedToThem() throws IOException {
    Files.createDirectories(folder);
    mode(folder, 0755);

    OwnFolder.check(folder);
    assertThat(mode(folder)).isEqualTo(0755);
    OwnFolder.open(folder, USED);
    assertThat(mode(folder)).isEqualTo(0700);
  }

  @Test
  void oneThatHasSomethingElseIsNotClosedToOthers() throws IOException {
    Files.createDirectories(folder.resolve("v1"));
    Files.createDirectories(folder.resolve("Documents"));
    mode(folder, 0755);

    assertThatThrownBy(() -> OwnFolder.open(folder, USED))
        .isInstanceOf(UntrustedFolderException.class)
        .hasMessageContainingAll(
            folder + ": others can read it, mode 0755, and it has Documents", "chmod 700");
    assertThat(mode(folder)).isEqualTo(0755);

    mode(folder, 0700);
    assertThat(OwnFolder.open(folder, USED)).isEqualTo(folder.toRealPath());
    Files.delete(folder.resolve("Documents"));
    mode(folder, 0755);
    OwnFolder.open(folder, USED);
    assertThat(mode(folder)).isEqualTo(0700);
  }

  @ParameterizedTest
  @ValueSource(ints = {0777, 0775, 0770, 0702, 01777})
  void oneThatOthersCanWriteToIsRefused(int mode) throws IOException {
    Files.createDirectories(folder);
    mode(folder, mode);

    assertThatThrownBy(() -> OwnFolder.open(folder, USED))
        .isInstanceOf(UntrustedFolderException.class)
        .hasMessageContainingAll(folder + ": others can write to it", "chmod 700 " + folder);
    assertThat(mode(folder)).isEqualTo(mode);
  }

  @Test
  void oneThatOthersCanReplaceIsRefusedWhetherItIsThereOrNot() throws IOException {
    Path open = Files.createDirectories(folder.getParent());
    for (int mode : new int[] {0777, 0775, 0772}) {
      mode(open, mode);
      assertThatThrownBy(() -> OwnFolder.check(folder))
          .isInstanceOf(UntrustedFolderException.class)
          .hasMessageContainingAll(
              open + ": others can write to it", folder.toString(), "chmod go-w");
    }
    mode(open, 01777);
    OwnFolder.open(folder, USED);
    assertThat(folder).isDirectory();

    mode(open, 0777);
    assertThatThrownBy(() -> OwnFolder.open(folder, USED))
        .isInstanceOf(UntrustedFolderException.class);
  }

  @Test
  void linksAreFollowedToWhatIsThere() throws IOException {
    Files.createDirectories(folder);
    mode(folder, 0777);
    Path link = Files.createSymbolicLink(above.resolve("link"), folder);

    assertThatThrownBy(() -> OwnFolder.open(link, USED)).hasMessageContaining(folder.toString());
  }

  @Test
  void oneOfAnotherUserIsRefused() throws IOException {
    Files.createDirectories(folder);
    assumeTrue((int) Files.getAttribute(folder, "unix:uid") == 0, "only root can give files away");
    Files.setAttribute(folder, "unix:uid", NOBODY);

    assertThatThrownBy(() -> OwnFolder.open(folder, USED))
        .isInstanceOf(UntrustedFolderException.class)
        .hasMessageContainingAll(folder + ": belongs to user nobody", "chown -R 0 " + folder);

    Files.setAttribute(folder, "unix:uid", 0);
    assertThatCode(() -> OwnFolder.check(folder)).doesNotThrowAnyException();
    Files.setAttribute(folder.getParent(), "unix:uid", NOBODY);
    assertThatThrownBy(() -> OwnFolder.open(folder, USED))
        .hasMessageContainingAll(folder.getParent() + ": belongs to user nobody", "replace");
  }

  @Test
  void filesAreOnlyTheirOwnersFromTheFirstMoment() throws IOException {
    try (var channel =
            OwnerOnly.open(
                above.resolve("one"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream stream = OwnerOnly.stream(above.resolve("two"))) {
      assertThat(channel.isOpen()).isTrue();
      stream.write(1);
      OwnerOnly.write(above.resolve("three"), new byte[] {1});
      for (String each : new String[] {"one", "two", "three"}) {
        assertThat(Files.getPosixFilePermissions(above.resolve(each)))
            .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      }
    }
  }
}
