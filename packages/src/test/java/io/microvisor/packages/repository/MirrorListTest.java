package io.microvisor.packages.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class MirrorListTest {
  /// The example of apt-transport-mirror(1).
  private static final String EXAMPLE =
      """
      # a comment

      file:/srv/local/debian/mirror/\tpriority:1 type:index
      http://partial.example.org/mirror/\tpriority:2 arch:amd64 arch:all type:deb
      http://us.example.org/debian/\ttype:deb
      http://de.example.org/debian/\ttype:deb
      https://rest.example.org/debian
      """;

  @Test
  void asksTheMirrorsOfTheManualsExampleInItsOrder() {
    assertThat(mirrors(EXAMPLE, true, spec("amd64", "main"), MirrorList.Use.INDEX))
        .containsExactly("file:/srv/local/debian/mirror/", "https://rest.example.org/debian/");
    assertThat(mirrors(EXAMPLE, true, spec("amd64", "main"), MirrorList.Use.DEB))
        .containsExactly(
            "http://partial.example.org/mirror/",
            "http://us.example.org/debian/",
            "http://de.example.org/debian/",
            "https://rest.example.org/debian/");
    assertThat(mirrors(EXAMPLE, true, spec("i386", "main"), MirrorList.Use.DEB)).hasSize(3);
  }

  @Test
  void aListFromAServerNamesNoFiles() {
    MirrorList list = MirrorList.parse("http://x.example/m", EXAMPLE, false);

    assertThat(list.mirrors()).hasSize(4);
    assertThat(list.notes())
        .containsExactly(
            "http://x.example/m:3: left out: a mirror at file:/srv/local/debian/mirror/"
                + " (expected: http or https)");
  }

  @Test
  void asksThoseWithoutPriorityLastAndFollowsSuiteAndComponent() {
    String text =
        """
        http://a.example/ suite:trixie
        http://b.example/ priority:7
        http://c.example/ priority:3 codename:bookworm
        http://d.example/ component:contrib
        """;

    assertThat(mirrors(text, true, spec("amd64", "main"), MirrorList.Use.INDEX))
        .containsExactly("http://b.example/", "http://a.example/");
  }

  @Test
  void saysWhichLinesMeanNothing() {
    String text =
        """
        http://a.example/ fast
        http://b.example/ priority:high
        mirror://c.example/list
        not an address
        """;

    assertThat(MirrorList.parse("m", text, true).notes())
        .hasSize(4)
        .anySatisfy(note -> assertThat(note).contains("m:1: left out: fast (expected: key:value)"))
        .anySatisfy(note -> assertThat(note).contains("m:2: left out: priority:high"))
        .anySatisfy(note -> assertThat(note).contains("m:3: left out: a mirror at mirror://c"));
  }

  private static List<String> mirrors(
      String text, boolean local, RepositorySpec spec, MirrorList.Use use) {
    return MirrorList.parse("m", text, local).mirrors().stream()
        .filter(mirror -> mirror.serves(spec, use))
        .map(mirror -> mirror.address().toString())
        .toList();
  }

  private static RepositorySpec spec(String architecture, String component) {
    return new RepositorySpec(
        "trixie",
        List.of(URI.create("mirror+file:/m")),
        "trixie",
        List.of(component),
        architecture,
        new RepositorySpec.Trust.Unsigned(),
        RepositorySpec.Freshness.CHECKED,
        RepositorySpec.Presence.REQUIRED);
  }
}
