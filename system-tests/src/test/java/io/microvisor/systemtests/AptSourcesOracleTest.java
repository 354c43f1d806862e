package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.packages.repository.AptEntry;
import io.microvisor.packages.repository.AptSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What apt itself makes of sources of every form.
class AptSourcesOracleTest {
  /// Each text is a file of its own; the name's ending tells the form.
  private static final Map<String, String> UNDERSTOOD =
      Map.of(
          "lines.list",
          """
          deb http://a.example/debian trixie main contrib # comment
          deb [arch=amd64,arm64 signed-by=/usr/share/keyrings/x.gpg] http://b.example/debian trixie main
          deb [ trusted=yes ] http://c.example/debian ./
          \tdeb   http://d.example/debian\ttrixie\tmain \s
          deb "http://e.example/with space" trixie main
          deb http://g.example/debian $(ARCH)/
          #deb http://h.example/debian trixie main
          deb-src http://i.example/debian trixie main
          deb [by-hash=no check-valid-until=no] http://j.example/debian trixie main
          deb http://l.example/debian trixie/updates main
          deb http://m.example/debian stable non-free-firmware
          deb [allow-insecure=yes] http://n.example/debian trixie main
          deb http://t.example/debian sub/dir/
          deb [arch=amd64,] http://u.example/debian trixie main
          deb [signed-by=/a.gpg,/b.gpg] http://v.example/debian trixie main

          deb [signed-by=0123456789ABCDEF0123456789ABCDEF01234567] http://w.example/debian trixie main
          """,
          "architectures.list",
          """
          deb [arch=arm64] http://a.example/debian trixie main
          deb [arch-=amd64] http://b.example/debian trixie main
          deb [arch+=arm64] http://c.example/debian trixie main
          deb [arch=arm64,amd64] http://d.example/debian trixie main
          """,
          "targets.list",
          """
          deb [lang=de,en target=Packages] http://a.example/debian trixie main
          deb [target=Sources] http://b.example/debian trixie main
          deb [target-=Packages] http://c.example/debian trixie main
          deb [Packages=no] http://d.example/debian trixie main
          """,
          "schemes.list",
          """
          deb file:///srv/debian trixie main
          deb file:/srv/debian2 trixie main
          deb copy:/srv/debian3 trixie main
          deb mirror+file:/etc/apt/m.txt trixie main
          deb mirror+https://m.example/mirrors.lst trixie main
          deb mirror://n.example/mirrors.lst trixie main
          deb tor+http://k.example/debian trixie main
          """,
          "plain.sources",
          """
          # a comment first
          Types: deb deb-src
          URIs: http://a.example/debian
           http://b.example/debian
          Suites: trixie trixie-updates
          Components: main
           contrib
          Signed-By: /usr/share/keyrings/x.gpg
          # a comment within
          Enabled: yes

          types: deb
          uris: http://d.example/debian
          suites: ./
          trusted: yes


          Types: deb-src
          URIs: http://s.example/debian
          Suites: trixie
          Components: main

          Types: deb
          URIs: http://f.example/debian
          Suites: trixie
          Components: main
          Signed-By:
           -----BEGIN PGP PUBLIC KEY BLOCK-----
           .
           mDMEYCQjIxYJKwYBBAHaRw8BAQdAD/P5Nvvnvk66SxBBHDbhRml9ORg1WV5CvzKY
           -----END PGP PUBLIC KEY BLOCK-----

          Types: deb
          URIs: http://g.example/debian
          Suites: trixie
          Components: main
          Signed-By: 0123456789ABCDEF0123456789ABCDEF01234567 0123456789ABCDEF0123456789ABCDEF01234568!

          Types: deb
          URIs: http://i.example/debian
          Suites: $(ARCH)/
          """,
          "enabled.sources",
          """
          Types: deb
          URIs: http://a.example/debian
          Suites: trixie
          Components: main
          Enabled: no

          Enabled: false
          Types: deb
          URIs: http://b.example/debian
          Suites: trixie
          Components: main

          Enabled: off
          Types: deb
          URIs: http://c.example/debian
          Suites: trixie
          Components: main

          Enabled: banana
          Types: deb
          URIs: http://d.example/debian
          Suites: trixie
          Components: main
          """,
          "options.sources",
          """
          Types: deb
          URIs: http://a.example/debian
          Suites: trixie
          Components: main
          Architectures: arm64

          Types: deb
          URIs: http://b.example/debian
          Suites: trixie
          Components: main
          Architectures-Remove: amd64

          Types: deb
          URIs: http://c.example/debian
          Suites: trixie
          Components: main
          Architectures-Add: arm64

          Types: deb
          URIs: http://d.example/debian
          Suites: trixie
          Components: main
          Allow-Insecure: yes
          By-Hash: force
          Targets: Packages

          Types: deb
          URIs: http://e.example/debian
          Suites: trixie
          Components: main
          Targets: Contents-deb
          """,
          "passed~over.list",
          "deb http://a.example/debian trixie main\n",
          "saved.list.save",
          "deb http://a.example/debian trixie main\n",
          ".hidden.list",
          "deb http://a.example/debian trixie main\n");

  private static final Map<String, String> MALFORMED =
      Map.of(
          "components.list", "deb http://a.example/debian trixie\n",
          "path.list", "deb http://a.example/debian ./ main\n",
          "type.list", "rpm http://a.example/debian trixie main\n",
          "bracket.list", "deb [ arch=amd64 http://a.example/debian trixie main\n",
          "option.list", "deb [arch amd64] http://a.example/debian trixie main\n",
          "components.sources", "Types: deb\nURIs: http://a.example/debian\nSuites: trixie\n",
          "path.sources",
              "Types: deb\nURIs: http://a.example/debian\nSuites: ./\nComponents: main\n",
          "uris.sources", "Types: deb\nSuites: trixie\nComponents: main\n",
          "type.sources",
              "Types: rpm\nURIs: http://a.example/debian\nSuites: trixie\nComponents: main\n",
          "types.sources", "URIs: http://a.example/debian\nSuites: trixie\nComponents: main\n");

  /// Asks apt for the indexes it would fetch, for each folder on its own.
  private static final String ASK =
      """
      for each in */; do
        each=${each%/}
        mkdir -p state/lists/partial cache $each/apt.conf.d
        : >status
        apt-get indextargets --no-release-info --format '$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ARCHITECTURE)' \\
          -o Dir::Etc=$PWD/$each -o Dir::Etc::sourcelist=none -o Dir::Etc::sourceparts=sources.list.d \\
          -o Dir::State=$PWD/state -o Dir::State::status=$PWD/status -o Dir::Cache=$PWD/cache \\
          -o APT::Architecture=amd64 -o APT::Architectures::=amd64 'Created-By: Packages' >$each/answer 2>&1 || true
      done
      """;

  @TempDir Path folder;

  @Test
  void readsTheEntriesThatAptReads() throws IOException, InterruptedException {
    SortedMap<String, Path> files = write(UNDERSTOOD);
    Oracles.open().succeed(folder, ASK);

    for (Map.Entry<String, Path> file : files.entrySet()) {
      AptSources ours = AptSources.of(file.getValue());
      assertThat(ours(ours)).as(file.getKey()).isEqualTo(theirs(answer(file.getValue())));
      assertThat(ours.notes()).as(file.getKey()).isEmpty();
    }
  }

  @Test
  void saysWhatIsWrongWhereAptRefuses() throws IOException, InterruptedException {
    SortedMap<String, Path> files = write(MALFORMED);
    Oracles.open().succeed(folder, ASK);

    for (Map.Entry<String, Path> file : files.entrySet()) {
      AptSources ours = AptSources.of(file.getValue());
      assertThat(answer(file.getValue())).as(file.getKey()).anyMatch(line -> line.startsWith("E:"));
      assertThat(ours.entries()).as(file.getKey()).isEmpty();
      assertThat(ours.notes())
          .singleElement()
          .asString()
          .contains(file.getKey() + ":1: left out: ", "(expected: ");
    }
  }

  /// One folder such as `/etc/apt` a file.
  private SortedMap<String, Path> write(Map<String, String> texts) throws IOException {
    SortedMap<String, Path> folders = new TreeMap<>();
    int number = 0;
    for (Map.Entry<String, String> text : new TreeMap<>(texts).entrySet()) {
      Path each = folder.resolve("case" + number++);
      Path parts = Files.createDirectories(each.resolve("sources.list.d"));
      Files.writeString(parts.resolve(text.getKey()), text.getValue());
      folders.put(text.getKey(), each);
    }
    return folders;
  }

  private static List<String> answer(Path each) throws IOException {
    return Files.readAllLines(each.resolve("answer"));
  }

  private static SortedSet<String> theirs(List<String> lines) {
    SortedSet<String> entries = new TreeSet<>();
    for (String line : lines) {
      String[] words = line.split("\\|", -1);
      boolean flat = words[2].startsWith("$(");
      if (flat || words[3].equals("amd64")) {
        entries.add(words[0] + " " + words[1] + " " + (flat ? "" : words[2]));
      }
    }
    return entries;
  }

  private static SortedSet<String> ours(AptSources sources) {
    SortedSet<String> all = new TreeSet<>();
    for (AptEntry entry : sources.entries()) {
      if (!entry.covers("amd64")) {
        continue;
      }
      List<String> components = entry.components().isEmpty() ? List.of("") : entry.components();
      for (String uri : entry.uris()) {
        String plain = uri.replaceFirst("^file://", "file:") + (uri.endsWith("/") ? "" : "/");
        for (String suite : entry.suites("amd64")) {
          all.addAll(
              components.stream()
                  .map(component -> plain + " " + suite + " " + component)
                  .collect(Collectors.toSet()));
        }
      }
    }
    return all;
  }
}
