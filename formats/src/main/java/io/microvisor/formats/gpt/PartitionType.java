package io.microvisor.formats.gpt;

import io.microvisor.bytes.Guid;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/// Partition types of the Discoverable Partitions Specification (UAPI.2) that x86-64 images use.
public enum PartitionType {
  /// The EFI system partition (UEFI 2.10 §5.3.3).
  ESP("c12a7328-f81f-11d2-ba4b-00a0c93ec93b"),
  /// The extended boot loader partition.
  XBOOTLDR("bc13c2ff-59e6-4262-a352-b275fd6f7172"),
  /// The root file system of an x86-64 machine.
  ROOT_X86_64("4f68bce3-e8cd-4db1-96e7-fbcaf984b709"),
  /// The dm-verity hashes of [#ROOT_X86_64].
  ROOT_X86_64_VERITY("2c7357ed-ebd2-46d9-aec1-23d437ec2bf5"),
  /// A PKCS#7 signature of the root hash of [#ROOT_X86_64_VERITY].
  ROOT_X86_64_VERITY_SIG("41092b05-9fc8-4523-994f-2def0408b176"),
  /// The /usr file system of an x86-64 machine.
  USR_X86_64("8484680c-9521-48c6-9c11-b0720656f69e"),
  /// The dm-verity hashes of [#USR_X86_64].
  USR_X86_64_VERITY("77ff5f63-e7b6-4633-acf4-1565b864c0e6"),
  /// A PKCS#7 signature of the root hash of [#USR_X86_64_VERITY].
  USR_X86_64_VERITY_SIG("e7bb33fb-06cf-4e81-8273-e543b413e2e2"),
  /// Swap space.
  SWAP("0657fd6d-a4ab-43c4-84e5-0933c84b4f4f"),
  /// /home.
  HOME("933ac7e1-2eb4-4f13-b844-0e14e2aef915"),
  /// /srv.
  SRV("3b8f8425-20e0-4f3b-907f-1a25a76f98e8"),
  /// /var, which discovery mounts only where the partition's GUID derives from the machine id.
  VAR("4d21b016-b534-45c2-a9fb-5c16e091fd2d"),
  /// /var/tmp.
  TMP("7ec6f557-3bc5-4aca-b293-16ef5df639d1"),
  /// Any Linux file system; never discovered, always mounted by name.
  LINUX_GENERIC("0fc63daf-8483-4772-8e79-3d69d8477de4");

  private final UUID uuid;

  PartitionType(String guid) {
    this.uuid = UUID.fromString(guid);
  }

  /// The type's GUID, as a partition entry names it.
  public Guid guid() {
    return new Guid(uuid);
  }

  /// What systemd calls it, such as `root-x86-64`.
  public String identifier() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The type with that GUID, if it is one of these.
  public static Optional<PartitionType> of(Guid guid) {
    for (PartitionType type : values()) {
      if (type.uuid.equals(guid.uuid())) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
