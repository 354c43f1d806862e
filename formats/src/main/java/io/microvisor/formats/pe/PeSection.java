package io.microvisor.formats.pe;

import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;

/// A section header (PE/COFF, "Section Table"):
///
/// | offset | field                | size | meaning                                  |
/// |--------|----------------------|------|------------------------------------------|
/// | 0      | Name                 | 8    | ASCII, padded with NULs                  |
/// | 8      | VirtualSize          | 4    | bytes in memory                          |
/// | 12     | VirtualAddress       | 4    | where in memory, from the image's base   |
/// | 16     | SizeOfRawData        | 4    | bytes in the file, a multiple of FileAlignment |
/// | 20     | PointerToRawData     | 4    | where in the file                        |
/// | 24     | PointerToRelocations | 4    | 0 in images                              |
/// | 28     | PointerToLinenumbers | 4    | 0                                        |
/// | 32     | NumberOfRelocations  | 2    | 0 in images                              |
/// | 34     | NumberOfLinenumbers  | 2    | 0                                        |
/// | 36     | Characteristics      | 4    | flags                                    |
///
/// @param name at most 8 ASCII characters
/// @param virtualSize bytes in memory; for sections without code the true size of what they hold
/// @param virtualAddress from the image's base
/// @param rawSize bytes in the file
/// @param rawPointer where in the file
/// @param characteristics the flags
public record PeSection(
    String name,
    long virtualSize,
    long virtualAddress,
    long rawSize,
    long rawPointer,
    long characteristics) {
  /// The size of a section header, in bytes.
  public static final int SIZE = 40;

  /// `IMAGE_SCN_CNT_CODE`.
  public static final long CODE = 0x20;

  /// `IMAGE_SCN_CNT_INITIALIZED_DATA`.
  public static final long INITIALIZED_DATA = 0x40;

  /// `IMAGE_SCN_MEM_READ`.
  public static final long READABLE = 0x4000_0000;

  /// How many bytes of the file are content and not padding.
  public long contentSize() {
    return Math.min(virtualSize, rawSize);
  }

  static PeSection read(StructReader in) throws FormatException {
    String name = in.ascii(8);
    long virtualSize = in.u32le();
    long virtualAddress = in.u32le();
    long rawSize = in.u32le();
    long rawPointer = in.u32le();
    long characteristics = in.skip(12).u32le();
    return new PeSection(name, virtualSize, virtualAddress, rawSize, rawPointer, characteristics);
  }

  byte[] toBytes() {
    return StructWriter.ofSize(SIZE)
        .at(0)
        .ascii(name, 8)
        .at(8)
        .u32le(virtualSize)
        .at(12)
        .u32le(virtualAddress)
        .at(16)
        .u32le(rawSize)
        .at(20)
        .u32le(rawPointer)
        .at(24)
        .zeros(8)
        .at(32)
        .zeros(4)
        .at(36)
        .u32le(characteristics)
        .toBytes();
  }
}
