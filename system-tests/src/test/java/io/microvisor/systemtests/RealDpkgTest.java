package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.locking.PackageChoice;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.packages.install.Configure;
import io.microvisor.packages.install.ConfigureSpec;
import io.microvisor.packages.install.MergedPackages;
import io.microvisor.packages.install.PackageMerge;
import io.microvisor.packages.install.Preseed;
import io.microvisor.sandbox.Sandbox;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Packages end up as Debian's own tools install them, but for what docs/packages-differences.md lists.
class RealDpkgTest {
  private static final long EPOCH = 1_760_000_000L;
  private static final Pattern ROW = Pattern.compile("\\| `(/[^`]+)` \\| [^|]+ \\| [^|]+ \\|");

  @TempDir Path folder;

  @Test
  void aSmallSystemWithPackagesThatDivertReplaceOverrideAndAsk()
      throws IOException, InterruptedException {
    try (Archive archive = Archive.open();
        Store store = Store.open(folder.resolve("store"))) {
      PackageSet set =
          PackageSet.of(archive, List.of("apt", "systemd-sysv", "dbus", "molly-guard", "zutils"))
              .and(UnusualPackages.make(Files.createDirectory(folder.resolve("zoo"))), store);

      assertThat(differences(archive, store, set, UnusualPackages.PRESEEDS)).isEmpty();
    }
  }

  @Test
  @Tag("system")
  void theDefaultImage() throws Exception {
    Loading loading = TemplateLoader.load(TestCache.checkout().resolve("templates/edge.yaml"));
    assertThat(loading).isInstanceOf(Loading.Loaded.class);
    try (Archive archive = Archive.open();
        Store store = Store.open(folder.resolve("store"))) {
      List<String> wishes = new ArrayList<>(List.of("apt"));
      PackageChoice.lock(((Loading.Loaded) loading).template(), archive.supply(), _ -> {})
          .packages()
          .forEach(pinned -> wishes.add(pinned.name()));

      assertThat(differences(archive, store, PackageSet.of(archive, wishes), List.of())).isEmpty();
    }
  }

  @Test
  @Tag("system")
  void aServer() throws Exception {
    compare(
        List.of("nginx", "postfix", "redis-server", "openssh-server", "postgresql", "cron"),
        List.of(
            new Preseed("postfix", "postfix/main_mailer_type", "select", "Local only"),
            new Preseed("postfix", "postfix/mailname", "string", "node.example.org")));
  }

  @Test
  @Tag("system")
  void pythonAndPerl() throws Exception {
    compare(
        List.of("python3-yaml", "python3-requests", "libwww-perl", "libjson-xs-perl", "exim4"),
        List.of());
  }

  @Test
  @Tag("system")
  void fontsLocalesAlternativesAndTriggers() throws Exception {
    compare(
        List.of(
            "fontconfig",
            "fonts-dejavu-core",
            "ca-certificates",
            "tzdata",
            "locales",
            "vim",
            "nano",
            "man-db",
            "shared-mime-info",
            "default-jre-headless"),
        List.of(
            new Preseed("tzdata", "tzdata/Areas", "select", "Europe"),
            new Preseed("tzdata", "tzdata/Zones/Europe", "select", "Vienna"),
            new Preseed(
                "locales", "locales/locales_to_be_generated", "multiselect", "de_AT.UTF-8 UTF-8")));
  }

  @Test
  void twoPackagesWithOneFileAreRefusedAlthoughAPreinstMightHaveDiverted() throws Exception {
    MiniArchive zoo = new MiniArchive(Files.createDirectory(folder.resolve("zoo")));
    byte[] text = {'x'};
    List<Path> files =
        List.of(
            zoo.add("zoo-one", "1", "", Map.of(), new SampleTree().file("usr/bin/zoo", text)),
            zoo.add(
                "zoo-two",
                "1",
                "",
                Map.of("preinst", "#!/bin/sh\n: dpkg-divert is never called\n"),
                new SampleTree().file("usr/bin/zoo", text)));
    try (Archive archive = Archive.open();
        Store store = Store.open(folder.resolve("store"))) {
      PackageSet set = PackageSet.of(archive, List.of("base-files")).and(files, store);

      assertThatThrownBy(() -> ours(PackageMerge.beforeScripts(set.unpacked()), store, List.of()))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(
              "package zoo-two: has a file at /usr/bin/zoo, where zoo-one has one"
                  + " (expected: in one package only, or Replaces)");
    }
  }

  private void compare(List<String> wishes, List<Preseed> preseeds)
      throws IOException, InterruptedException {
    try (Archive archive = Archive.open();
        Store store = Store.open(folder.resolve("store"))) {
      List<String> all = new ArrayList<>(List.of("apt", "systemd-sysv", "dbus"));
      all.addAll(wishes);

      assertThat(differences(archive, store, PackageSet.of(archive, all), preseeds)).isEmpty();
    }
  }

  private List<String> differences(
      Archive archive, Store store, PackageSet set, List<Preseed> preseeds)
      throws IOException, InterruptedException {
    MergedPackages merged = PackageMerge.beforeScripts(set.unpacked());
    FileTree ours = ours(merged, store, preseeds);
    FileTree real = new RealInstallation(archive, store.contents()).install(set, preseeds, EPOCH);
    ContentSource contents = merged.contents().or(store.contents());
    InstalledSystem here = new InstalledSystem(ours, contents);
    InstalledSystem there = new InstalledSystem(real, contents);
    return differences(here.paths(), there.paths(), documented());
  }

  private static FileTree ours(MergedPackages merged, Store store, List<Preseed> preseeds)
      throws IOException, InterruptedException {
    if (SandboxSupport.probe() instanceof SandboxSupport.Impossible impossible) {
      throw Absent.oracle("no sandbox: " + impossible.explanation());
    }
    return Configure.in(Sandbox.on(SandboxSupport.probe()))
        .configure(
            new ConfigureSpec(merged, ConfigureSpec.Settings.of(preseeds, EPOCH)),
            store.contents(),
            _ -> {});
  }

  /// What two listings do not share but for what is documented.
  static List<String> differences(
      SortedMap<String, String> here, SortedMap<String, String> there, List<Pattern> documented) {
    SortedSet<String> paths = new TreeSet<>(here.keySet());
    paths.addAll(there.keySet());
    return paths.stream()
        .filter(path -> !Objects.equals(here.get(path), there.get(path)))
        .filter(path -> documented.stream().noneMatch(p -> p.matcher(path).matches()))
        .map(path -> path + ": " + here.get(path) + " (expected: " + there.get(path) + ")")
        .toList();
  }

  /// The first column of the first table.
  static List<Pattern> documented() throws IOException {
    List<Pattern> patterns = new ArrayList<>();
    Path file = TestCache.checkout().resolve("docs/packages-differences.md");
    for (String line : Files.readAllLines(file)) {
      Matcher row = ROW.matcher(line.replace("\\|", "\u0000"));
      if (row.matches()) {
        patterns.add(Pattern.compile(row.group(1).replace('\u0000', '|')));
      }
      if (!patterns.isEmpty() && line.isEmpty()) {
        break;
      }
    }
    assertThat(patterns).hasSizeGreaterThan(5);
    return patterns;
  }
}
