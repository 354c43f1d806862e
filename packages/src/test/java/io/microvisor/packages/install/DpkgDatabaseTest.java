package io.microvisor.packages.install;

import static io.microvisor.packages.install.Debs.deb;
import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.formats.tree.Inode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DpkgDatabaseTest {
  private final DpkgDatabase.Result database = database();

  @Test
  void writesAStatusOfUnpackedPackagesWithTheDigestsOfTheirConffiles() throws IOException {
    assertThat(text("status"))
        .isEqualTo(
            """
            Package: demo
            Status: install ok unpacked
            Version: 1.0
            Architecture: amd64
            Multi-Arch: same
            Description: a package
             with a long
             .
             description
            Conffiles:
             /etc/demo.conf 900150983cd24fb0d6963f7d28e17f72
             /etc/old newconffile remove-on-upgrade

            Package: dpkg
            Status: install ok unpacked
            Version: 1.0
            Architecture: amd64

            """);
  }

  @Test
  void writesListsControlFilesAndTriggers() throws IOException {
    assertThat(text("info/demo:amd64.list")).isEqualTo("/.\n/etc\n/etc/demo.conf\n");
    assertThat(text("info/demo:amd64.postinst")).isEqualTo("#!/bin/sh\n");
    assertThat(database.tree().find("var/lib/dpkg/info/demo:amd64.control")).isEmpty();
    assertThat(text("triggers/File")).isEqualTo("/usr/share/x demo:amd64/noawait\n");
    assertThat(text("triggers/named")).isEqualTo("demo:amd64\n");
    assertThat(text("diversions")).isEmpty();
    assertThat(database.tree().find("var/lib/dpkg/arch")).isEmpty();
  }

  @Test
  void makesMaintainerScriptsExecutable() {
    assertThat(mode("info/demo:amd64.postinst")).isEqualTo(0755);
    assertThat(mode("info/demo:amd64.conffiles")).isEqualTo(0644);
  }

  private static DpkgDatabase.Result database() {
    try {
      return DpkgDatabase.write(
          PackageMerge.merge(
              List.of(
                  deb("dpkg").unpacked(),
                  deb(
                          "demo",
                          """
                          Multi-Arch: same
                          Description: a package
                           with a long
                           .
                           description
                          """)
                      .with("etc/demo.conf", "abc")
                      .control("conffiles", "/etc/demo.conf\nremove-on-upgrade /etc/old\n")
                      .control("postinst", "#!/bin/sh\n")
                      .control(
                          "triggers",
                          "# why\ninterest-noawait /usr/share/x\ninterest named\nactivate other\n")
                      .unpacked())),
          1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String text(String name) throws IOException {
    Inode.RegularFile file =
        (Inode.RegularFile) database.tree().find("var/lib/dpkg/" + name).orElseThrow();
    return new String(
        database.contents().open(file.content()).readAll(1 << 20), StandardCharsets.UTF_8);
  }

  private int mode(String name) {
    return database.tree().find("var/lib/dpkg/" + name).orElseThrow().meta().mode();
  }
}
