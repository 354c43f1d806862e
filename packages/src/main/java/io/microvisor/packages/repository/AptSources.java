package io.microvisor.packages.repository;

import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.fetch.Tls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a host's apt is configured to use: archives, logins, proxies and certificates.
///
/// | below the folder | what |
/// |---|---|
/// | `apt.conf.d/*`, `apt.conf` | settings, later ones win |
/// | `sources.list`, `sources.list.d/*.list` | one entry a line |
/// | `sources.list.d/*.sources` | deb822 stanzas |
/// | `auth.conf`, `auth.conf.d/*.conf` | logins |
///
/// What is missing counts as empty; what cannot be understood or read is left out with a note, because it may not
/// concern us.
///
/// @param entries enabled sources of binary packages, in apt's order
/// @param notes what was left out, and why
public record AptSources(
    List<AptEntry> entries,
    List<Network.Credentials> credentials,
    List<Network.Proxy> proxies,
    List<Tls> tls,
    List<String> notes) {
  private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_:-][A-Za-z0-9._:-]*");

  public AptSources {
    entries = List.copyOf(entries);
    credentials = List.copyOf(credentials);
    proxies = List.copyOf(proxies);
    tls = List.copyOf(tls);
    notes = List.copyOf(notes);
  }

  /// Reads a folder such as `/etc/apt`.
  ///
  /// @throws IOException if the folder is there and cannot be listed
  public static AptSources of(Path aptDirectory) throws IOException {
    List<String> notes = new ArrayList<>();
    AptConf conf = new AptConf();
    for (Path file : files(aptDirectory, "apt.conf", "apt.conf.d", AptSources::isConf)) {
      conf.add(read(file, notes));
    }
    List<Network.Credentials> credentials = new ArrayList<>();
    for (Path file : files(aptDirectory, "auth.conf", "auth.conf.d", n -> n.endsWith(".conf"))) {
      credentials.addAll(AptAuth.parse(read(file, notes)));
    }
    SourcesReader reader = new SourcesReader(conf.freshness());
    for (Path file : files(aptDirectory, "sources.list", "sources.list.d", AptSources::isSource)) {
      String text = read(file, notes);
      if (file.toString().endsWith(".sources")) {
        reader.addStanzas(file.toString(), text);
      } else {
        reader.addLines(file.toString(), text);
      }
    }
    notes.addAll(reader.notes());
    return new AptSources(
        reader.entries(), credentials, conf.proxies(notes), conf.tls(notes), notes);
  }

  /// The network as apt would use it.
  public Network network() {
    return Network.DIRECT.withProxies(proxies).withCredentials(credentials).withTls(tls);
  }

  /// Names apt passes over, such as those of editors' copies, are of no concern (sources.list(5)).
  private static boolean isSource(String name) {
    return FILE_NAME.matcher(name).matches()
        && (name.endsWith(".list") || name.endsWith(".sources"));
  }

  private static boolean isConf(String name) {
    return FILE_NAME.matcher(name).matches() && (!name.contains(".") || name.endsWith(".conf"));
  }

  private static List<Path> files(
      Path aptDirectory, String single, String folder, Predicate<String> wanted)
      throws IOException {
    List<Path> all = new ArrayList<>();
    Path directory = aptDirectory.resolve(folder);
    if (Files.isDirectory(directory)) {
      try (Stream<Path> list = Files.list(directory)) {
        list.filter(file -> wanted.test(file.getFileName().toString()))
            .filter(Files::isRegularFile)
            .sorted()
            .forEach(all::add);
      }
    }
    Path file = aptDirectory.resolve(single);
    if (Files.isRegularFile(file)) {
      // Settings in apt.conf win over the folder's; the main list of sources comes before the
      // folder's.
      all.add(single.equals("apt.conf") ? all.size() : 0, file);
    }
    return all;
  }

  private static String read(Path file, List<String> notes) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (NoSuchFileException _) {
      return ""; // Removed since the folder was listed.
    } catch (IOException e) {
      notes.add(file + ": cannot be read, left out: " + e);
      return "";
    }
  }
}
