package io.microvisor.packages.install;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.packages.unpack.Unpacker;
import java.util.ArrayList;
import java.util.List;

/// Everything that configuring packages depends on.
///
/// @param merged the packages and the tree they were laid out in
/// @param settings what else scripts see
public record ConfigureSpec(MergedPackages merged, Settings settings) {
  /// Raised when the same inputs give another tree.
  public static final Versions VERSIONS =
      Versions.of("configure", 7, Unpacker.VERSIONS, Pristine.VERSIONS);

  /// The kernel's module index, the initrd and udev's hardware database, which the composer makes itself; and Python's bytecode,
  /// which no image has.
  public static final List<String> MADE_ELSEWHERE =
      List.of(
          "usr/bin/py3compile",
          "usr/bin/systemd-hwdb",
          "usr/sbin/depmod",
          "usr/sbin/update-initramfs");

  /// What scripts see besides their packages.
  ///
  /// @param preseeds answers to debconf questions; a later one for the same question counts
  /// @param epoch SOURCE_DATE_EPOCH, in seconds since 1970-01-01T00:00:00Z; what scripts make gets this time
  /// @param stubs programs that shall do nothing, by absolute path without the leading slash, because their work is done
  ///     elsewhere
  public record Settings(List<Preseed> preseeds, long epoch, List<String> stubs) {
    public Settings {
      preseeds = List.copyOf(preseeds);
      stubs = stubs.stream().sorted().distinct().toList();
    }

    /// [#MADE_ELSEWHERE] stubbed.
    public static Settings of(List<Preseed> preseeds, long epoch) {
      return new Settings(preseeds, epoch, MADE_ELSEWHERE);
    }
  }

  /// Packages without preseeds.
  public static ConfigureSpec of(MergedPackages merged, long epoch) {
    return new ConfigureSpec(merged, Settings.of(List.of(), epoch));
  }

  List<Preseed> preseeds() {
    return settings.preseeds();
  }

  long epoch() {
    return settings.epoch();
  }

  List<String> stubs() {
    return settings.stubs();
  }

  /// What identifies the result: equal fingerprints, equal trees.
  public Digest fingerprint() {
    List<String> lines = new ArrayList<>();
    lines.add(VERSIONS + " " + epoch() + " " + String.join(" ", stubs()));
    lines.add(merged.tree().digest().hex());
    merged
        .packages()
        .forEach(each -> {
          lines.add(each.id() + " " + each.version());
          lines.add(each.control().toString());
          each.unpacked()
              .controlFiles()
              .forEach((name, bytes) -> lines.add(name + " " + Digest.sha256(bytes).hex()));
        });
    merged.waiting().forEach(file -> lines.add(file.toString()));
    preseeds().forEach(preseed -> lines.add(preseed.line()));
    return Digest.sha256(String.join("\n", lines));
  }
}
