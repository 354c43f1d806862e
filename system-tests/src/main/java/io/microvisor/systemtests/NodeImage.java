package io.microvisor.systemtests;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.gpt.PartitionExtent;
import io.microvisor.formats.gpt.Gpt;
import io.microvisor.formats.gpt.GptReader;
import io.microvisor.machine.Bus;
import io.microvisor.machine.Credential;
import io.microvisor.machine.Firmware;
import io.microvisor.machine.MachineSpec;
import io.microvisor.machine.MachineTools;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// The disk of a machine that keeps what it writes: an image on a disk that may be larger, booted as often as one likes.
///
/// @param file the raw disk
/// @param bus how it is attached
/// @param sectorBytes its logical sectors
/// @param disposition what becomes of what the machine writes
public record NodeImage(Path file, Bus bus, int sectorBytes, MachineSpec.Disposition disposition) {
  private static final int CHUNK = 1 << 20;

  /// One that keeps what is written.
  public NodeImage(Path file, Bus bus, int sectorBytes) {
    this(file, bus, sectorBytes, MachineSpec.Disposition.PERSISTENT);
  }

  /// The same disk, write-protected.
  public NodeImage writeProtected() {
    return new NodeImage(file, bus, sectorBytes, MachineSpec.Disposition.REFUSED);
  }

  /// Makes the disk larger.
  public void growTo(long size) throws IOException {
    try (FileChannel disk = FileChannel.open(file, StandardOpenOption.WRITE)) {
      disk.write(ByteBuffer.allocate(1), size - 1);
    }
  }

  /// Copies an image to a new disk of `size` bytes; what is zero takes no room.
  public static NodeImage of(Path image, Path file, long size, Bus bus, int sectorBytes)
      throws IOException {
    try (FileChannel from = FileChannel.open(image, StandardOpenOption.READ);
        FileChannel to =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
      ByteBuffer zeros = ByteBuffer.allocate(CHUNK);
      long position = 0;
      while (from.read(chunk, position) > 0) {
        chunk.flip();
        int length = chunk.remaining();
        if (!chunk.equals(zeros.slice(0, length))) {
          to.position(position);
          while (chunk.hasRemaining()) {
            to.write(chunk);
          }
        }
        position += length;
        chunk.clear();
      }
      to.write(ByteBuffer.allocate(1), size - 1);
    }
    return new NodeImage(file, bus, sectorBytes);
  }

  /// Boots it, with what its firmware remembers of earlier boots.
  ///
  /// @param scratch the same folder for each boot
  public Guest boot(MachineTools tools, Path scratch, String... kernelParameters)
      throws IOException, InterruptedException {
    return boot(tools, scratch, firmware(), List.of(), List.of(kernelParameters));
  }

  /// The same without firmware, or with another.
  public Guest boot(MachineTools tools, Path scratch, Firmware firmware)
      throws IOException, InterruptedException {
    return boot(tools, scratch, firmware, List.of(), List.of());
  }

  /// The same with credentials.
  public Guest boot(MachineTools tools, Path scratch, List<Credential> credentials)
      throws IOException, InterruptedException {
    return boot(tools, scratch, firmware(), credentials, List.of());
  }

  private Firmware firmware() {
    return new Firmware.Remembering(file.resolveSibling(file.getFileName() + ".variables"));
  }

  private Guest boot(
      MachineTools tools,
      Path scratch,
      Firmware firmware,
      List<Credential> credentials,
      List<String> kernelParameters)
      throws IOException, InterruptedException {
    return Guest.boot(
        tools,
        firmware,
        new MachineSpec.Disk(file, disposition, bus, sectorBytes),
        scratch,
        credentials,
        kernelParameters);
  }

  /// Copies part of a file over the beginning of a partition.
  public void copy(Path from, long position, long size, String partition) throws IOException {
    PartitionExtent extent = extent(partition);
    try (FileChannel source = FileChannel.open(from, StandardOpenOption.READ);
        FileChannel disk = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (size > extent.sizeBytes()) {
        throw new IOException(partition + ": too small for " + size + " bytes");
      }
      disk.position(extent.startBytes());
      for (long done = 0; done < size; ) {
        done += source.transferTo(position + done, size - done, disk);
      }
    }
  }

  /// Its partitions.
  public Gpt table() throws IOException {
    return GptReader.read(ByteSource.of(file));
  }

  /// The digest of the partition table at the beginning of the disk, as it lies there.
  public Digest tableBytes() throws IOException {
    return Digest.sha256(ByteSource.of(file).slice(0, 6L * 4096));
  }

  /// Where the state is.
  public PartitionExtent state() throws IOException {
    return extent("state");
  }

  private PartitionExtent extent(String partition) throws IOException {
    return table().partitions().stream()
        .filter(each -> each.name().equals(partition))
        .findFirst()
        .orElseThrow(
            () -> new IOException(file.getFileName() + ": no partition called " + partition))
        .extent();
  }

  /// Overwrites the beginning of the state with zeros.
  public void damageState(long bytes) throws IOException {
    PartitionExtent state = state();
    try (FileChannel disk = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long end = state.startBytes() + Math.min(bytes, state.sizeBytes());
      for (long at = state.startBytes(); at < end; at += CHUNK) {
        disk.write(ByteBuffer.allocate((int) Math.min(CHUNK, end - at)), at);
      }
    }
  }
}
