package io.microvisor.compose.state;

import io.microvisor.compose.template.Persistence;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What tells a machine's owner how the kept parts of `/etc` differ from the image's: a program that runs beside the boot and once
/// more when the machine stops.
///
/// What the image had in place of a file when the machine first wrote there is remembered on the state, so that an update that
/// brings another default can be told from one that does not. A file that the machine never wrote costs nothing.
public final class EtcChanges {
  /// Where the image's own files are seen without what lies over them.
  public static final String IMAGE = "/run/emt/image";

  /// The unit that is to be wanted by `multi-user.target`.
  public static final String UNIT = "emt-etc-changes.service";

  private static final String UNITS = "usr/lib/systemd/system/";

  /// Private, or all that is mounted later would be mounted there, too.
  private static final String IMAGE_MOUNT =
      """
      [Unit]
      Description=The image, without what lies over it
      DefaultDependencies=no
      Conflicts=umount.target
      Before=umount.target

      [Mount]
      What=/
      Where=/run/emt/image
      Type=none
      Options=bind,private
      """;

  /// It counts as started with its first instruction, so that nothing waits for it.
  private static final String SERVICE =
      """
      [Unit]
      Description=Differences between this machine's /etc and the image's
      RequiresMountsFor=/run/emt/image /run/emt/state

      [Service]
      Type=exec
      RemainAfterExit=yes
      Nice=10
      TimeoutStopSec=30
      SyslogIdentifier=emt
      ExecStart=/bin/sh /usr/lib/emt/etc-changes report
      ExecStop=/bin/sh /usr/lib/emt/etc-changes remember
      """;

  private EtcChanges() {}

  /// The files that do it, by path in the image; none where nothing of `/etc` is kept.
  ///
  /// @param kept what is kept, absolute paths
  public static SortedMap<String, String> files(List<String> kept) {
    SortedMap<String, String> files = new TreeMap<>();
    List<String> declared =
        kept.stream().filter(path -> !Persistence.IDENTITY.contains(path)).sorted().toList();
    if (declared.isEmpty()) {
      return files;
    }
    files.put("usr/lib/emt/etc-kept", String.join("\n", declared) + "\n");
    files.put("usr/lib/emt/etc-changes", script());
    files.put(UNITS + "run-emt-image.mount", IMAGE_MOUNT);
    files.put(UNITS + UNIT, SERVICE);
    return files;
  }

  private static String script() {
    try (InputStream in = EtcChanges.class.getResourceAsStream("etc-changes.sh")) {
      if (in == null) {
        throw new IllegalStateException("etc-changes.sh: not among our resources");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("etc-changes.sh: cannot be read", e);
    }
  }
}
