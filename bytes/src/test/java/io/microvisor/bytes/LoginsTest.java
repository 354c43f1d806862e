package io.microvisor.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LoginsTest {
  @Test
  void hidesTheLoginOfEachAddressInAText() {
    assertThat(Logins.hidden("at http://u:pw@one/, \"https://token@two:8080/x\" and ftp://three/"))
        .isEqualTo("at http://***@one/, \"https://***@two:8080/x\" and ftp://three/");
  }

  @Test
  void takesThePasswordToReachToTheLastSignBeforeTheHost() {
    assertThat(Logins.hidden("http://u:p@ss@host/")).isEqualTo("http://***@host/");
  }

  @Test
  void leavesSignsThatBelongToNoLogin() {
    for (String text :
        new String[] {
          "https://host/user@1.2/file",
          "ssh-ed25519 AAAA me@work",
          "is https://host/x known?",
          "why? a=b",
          "// a@b",
          ""
        }) {
      assertThat(Logins.hidden(text)).isEqualTo(text);
    }
  }

  @Test
  void hidesWhatAnAddressAsks() {
    assertThat(Logins.hidden("at https://one/x?token=s3cret&user=me#top, and https://two/?s3cret"))
        .isEqualTo("at https://one/x?token=***&user=***#top, and https://two/?***");
    assertThat(Logins.hidden("https://host/?q=a@b")).isEqualTo("https://host/?q=***");
    assertThat(Logins.hiddenInRefused("htps://host/x?token=s3cret")).isEqualTo("htps://host/x?***");
  }

  @Test
  void hidesAllThatMayBeALoginInWhatIsNoAddress() {
    assertThat(Logins.hiddenInRefused("http://u:p/w@host/debian"))
        .isEqualTo("http://***@host/debian");
    assertThat(Logins.hiddenInRefused("http://u:p w#1@host/")).isEqualTo("http://***@host/");
    assertThat(Logins.hiddenInRefused("u:p@w@host")).isEqualTo("***@host");
    assertThat(Logins.hiddenInRefused("http:u:p@host")).isEqualTo("***@host");
    assertThat(Logins.hiddenInRefused("deb http://u:p[@host/ trixie"))
        .isEqualTo("deb http://***@host/ trixie");
    assertThat(Logins.hiddenInRefused("nonsense")).isEqualTo("nonsense");
  }
}
