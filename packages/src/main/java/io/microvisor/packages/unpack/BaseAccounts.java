package io.microvisor.packages.unpack;

import io.microvisor.formats.tar.TarOwners;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The accounts that every Debian system has (package base-passwd, `/usr/share/base-passwd`): those that dpkg knows while it
/// unpacks a new system, before any package's script has made another. It takes owners of a package's files by name, and by
/// number only where it does not know the name.
final class BaseAccounts implements TarOwners {
  /// They are the same in all releases.
  static final BaseAccounts DEBIAN = new BaseAccounts();

  static final String USERS =
      "root 0 daemon 1 bin 2 sys 3 sync 4 games 5 man 6 lp 7 mail 8 news 9 uucp 10 proxy 13 www-data 33"
          + " backup 34 list 38 irc 39 _apt 42 nobody 65534";
  static final String GROUPS =
      "root 0 daemon 1 bin 2 sys 3 adm 4 tty 5 disk 6 lp 7 mail 8 news 9 uucp 10 man 12 proxy 13 kmem 15"
          + " dialout 20 fax 21 voice 22 cdrom 24 floppy 25 tape 26 sudo 27 audio 29 dip 30 www-data 33"
          + " backup 34 operator 37 list 38 irc 39 src 40 shadow 42 utmp 43 video 44 sasl 45 plugdev 46"
          + " staff 50 games 60 users 100 nogroup 65534";

  private final Map<String, Long> users = numbers(USERS);
  private final Map<String, Long> groups = numbers(GROUPS);

  private BaseAccounts() {}

  private static Map<String, Long> numbers(String text) {
    String[] words = text.split(" ", -1);
    Map<String, Long> numbers = new HashMap<>();
    for (int i = 0; i < words.length; i += 2) {
      numbers.put(words[i], Long.valueOf(words[i + 1]));
    }
    return Map.copyOf(numbers);
  }

  @Override
  public Optional<Long> user(String name) {
    return Optional.ofNullable(users.get(name));
  }

  @Override
  public Optional<Long> group(String name) {
    return Optional.ofNullable(groups.get(name));
  }
}
