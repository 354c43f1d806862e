package io.microvisor.compose.answers;

import io.microvisor.compose.template.Provisioning;
import java.util.SortedMap;
import java.util.TreeMap;

/// What an image brings so that its machines read answers.
///
/// Where Secure Boot is on, or cannot be asked, they are refused: whoever can put a stick into a machine could name himself its
/// administrator.
public final class NodeFiles {
  /// What `basic.target` is to want.
  public static final String UNIT = "emt-answers.service";

  /// What `basic.target` is to want besides.
  public static final String REFUSAL = "emt-answers-refused.service";

  /// Where the ssh server finds the keys.
  public static final String SSHD = "etc/ssh/sshd_config.d/50-emt-answers.conf";

  /// The conditions under which a machine may be told something from outside: Secure Boot is off.
  public static final String TRUSTED =
      """
      ConditionSecurity=!uefi-secureboot
      ConditionPathIsMountPoint=/sys/firmware/efi/efivars
      """;

  private static final String UNITS = "usr/lib/systemd/system/";

  private static final String REFUSING =
      """
      [Unit]
      Description=Refusal of answers from outside
      DefaultDependencies=no
      ConditionSecurity=|uefi-secureboot
      ConditionPathIsMountPoint=|!/sys/firmware/efi/efivars
      After=local-fs.target
      Before=basic.target shutdown.target
      Conflicts=shutdown.target

      [Service]
      Type=oneshot
      RemainAfterExit=yes
      StandardOutput=kmsg
      SyslogIdentifier=emt
      SyslogLevel=warning
      ExecStart=echo answers from outside are refused: Secure Boot is on, or cannot be asked
      """;

  private NodeFiles() {}

  /// The files by path in the image; none where no answers are asked for.
  public static SortedMap<String, String> of(Provisioning.Answers answers) {
    return switch (answers) {
      case NONE -> new TreeMap<>();
      case ONCE -> files("once");
      case EACH_BOOT -> files("each-boot");
    };
  }

  private static SortedMap<String, String> files(String when) {
    SortedMap<String, String> files = new TreeMap<>();
    files.put("usr/lib/emt/answers", Resource.text("answers.sh"));
    files.put("usr/lib/emt/files", Resource.text("files.sh"));
    files.put("usr/lib/emt/answers.awk", Resource.text("answers.awk"));
    files.put("usr/lib/emt/answers.vocabulary", Resource.text("vocabulary"));
    files.put(UNITS + UNIT, reading(when));
    files.put(UNITS + REFUSAL, REFUSING);
    files.put(
        SSHD, "AuthorizedKeysFile .ssh/authorized_keys .ssh/authorized_keys2 /run/emt/ssh/%u\n");
    return files;
  }

  /// Before configuration extensions, behind which `/etc` cannot be written.
  private static String reading(String when) {
    return """
    [Unit]
    Description=Answers from outside
    DefaultDependencies=no
    %sWants=network-pre.target
    After=local-fs.target systemd-udev-trigger.service
    Before=systemd-confext.service network-pre.target basic.target shutdown.target
    Conflicts=shutdown.target

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    TimeoutStartSec=1min
    ImportCredential=emt.answers
    StandardOutput=kmsg
    SyslogIdentifier=emt
    SyslogLevel=err
    ExecStart=/bin/sh /usr/lib/emt/answers apply %s
    """
        .formatted(TRUSTED, when);
  }
}
